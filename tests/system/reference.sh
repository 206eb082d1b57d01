#!/usr/bin/env bash
# The reference pages in the repository are those of the binary.
# timeout: 60
exec "$(dirname "${BASH_SOURCE[0]}")/../../tools/make_reference" --check
