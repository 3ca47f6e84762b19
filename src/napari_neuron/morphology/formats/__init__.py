"""Skeleton file formats other than SWC, one module each: bytes in, `FileCell` out."""
