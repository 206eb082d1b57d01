#include <cstdio>

int main() { std::puts("rondo " RONDO_VERSION); }
