"""Textkin over gRPC: conversion, errors, interceptors, servicer and the server's life. Only here is grpc imported."""
