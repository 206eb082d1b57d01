#if __has_include("cli/run.h")
#include "cli/run.h"

int main(int argc, char** argv) { return rondo::cli::run(argc, argv); }
#else
#include <cstdio>

int main() { std::puts("rondo " RONDO_VERSION); }
#endif
