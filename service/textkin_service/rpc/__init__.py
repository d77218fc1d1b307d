"""Textkin over gRPC: conversion, errors, interceptors, the servicer, the server. Only here is grpc used."""
