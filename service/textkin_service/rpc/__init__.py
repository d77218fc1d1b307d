"""Textkin over gRPC: conversion, errors, interceptors, servicer, the server's life. Only here is grpc used."""
