/* Puts a page that nobody may touch behind each larger piece of memory: whoever reads or writes beyond its end, ends there.
 *
 * Kernels compiled by numba check no index, and no sanitizer sees into them. Loaded before a process (LD_PRELOAD), this takes the
 * place of malloc and the like for pieces of LEAST bytes and more; the C library gives the smaller ones. A piece ends as close to
 * the wall as an alignment of 16 bytes allows, and its pages are never used again: a use after it was freed ends the process, too.
 *
 * For x86-64 and aarch64 Linux with glibc. Needs many mappings: sysctl vm.max_map_count=4000000.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdatomic.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>

#define LEAST 600
#define ROOM (1ull << 43)
#define PAGE 4096ull
#define ALIGNMENT 16

extern void *__libc_malloc(size_t);
extern void *__libc_calloc(size_t, size_t);
extern void *__libc_realloc(void *, size_t);
extern void *__libc_memalign(size_t, size_t);
extern void __libc_free(void *);

/* What stands in the first page of a piece. The address of that page stands right before the piece. */
struct piece {
    size_t pages, size;
};

static char *room;
static _Atomic uint64_t used;

static __attribute__((constructor)) void make_room(void) {
    void *made = mmap(0, ROOM, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    room = made == MAP_FAILED ? 0 : made;
}

static int is_walled(void *place) {
    return room && (char *)place >= room && (char *)place < room + ROOM;
}

static struct piece *piece_of(void *place) {
    return ((struct piece **)place)[-1];
}

/* Returns 0 if there is no room, or the piece is small. */
static void *walled(size_t size, size_t alignment) {
    if (!room || size < LEAST) {
        return 0;
    }
    if (alignment < ALIGNMENT) {
        alignment = ALIGNMENT;
    }
    uint64_t pages = (sizeof(struct piece) + sizeof(void *) + alignment + size + PAGE - 1) / PAGE;
    uint64_t at = atomic_fetch_add(&used, (pages + 1) * PAGE);
    if (at + (pages + 1) * PAGE > ROOM || mprotect(room + at, pages * PAGE, PROT_READ | PROT_WRITE)) {
        return 0;
    }
    struct piece *piece = (struct piece *)(room + at);
    piece->pages = pages;
    piece->size = size;
    uintptr_t place = ((uintptr_t)piece + pages * PAGE - size) & ~(uintptr_t)(alignment - 1);
    ((struct piece **)place)[-1] = piece;
    return (void *)place;
}

void *malloc(size_t size) {
    void *place = walled(size, ALIGNMENT);
    return place ? place : __libc_malloc(size);
}

void *calloc(size_t count, size_t size) {
    size_t all;
    void *place = __builtin_mul_overflow(count, size, &all) ? 0 : walled(all, ALIGNMENT);
    return place ? place : __libc_calloc(count, size);
}

void *memalign(size_t alignment, size_t size) {
    void *place = walled(size, alignment);
    return place ? place : __libc_memalign(alignment, size);
}

void *aligned_alloc(size_t alignment, size_t size) {
    return memalign(alignment, size);
}

int posix_memalign(void **place, size_t alignment, size_t size) {
    void *made = memalign(alignment, size);
    if (!made) {
        return ENOMEM;
    }
    *place = made;
    return 0;
}

void free(void *place) {
    if (!is_walled(place)) {
        __libc_free(place);
        return;
    }
    int before = errno;
    struct piece *piece = piece_of(place);
    size_t bytes = piece->pages * PAGE;
    madvise(piece, bytes, MADV_DONTNEED);
    mprotect(piece, bytes, PROT_NONE);
    errno = before;
}

void *realloc(void *place, size_t size) {
    if (!place) {
        return malloc(size);
    }
    if (!is_walled(place)) {
        return __libc_realloc(place, size);
    }
    void *made = malloc(size);
    if (made) {
        size_t had = piece_of(place)->size;
        memcpy(made, place, had < size ? had : size);
        free(place);
    }
    return made;
}

size_t malloc_usable_size(void *place) {
    if (is_walled(place)) {
        return piece_of(place)->size;
    }
    size_t (*usable)(void *) = (size_t(*)(void *))dlsym(RTLD_NEXT, "malloc_usable_size");
    return usable(place);
}
