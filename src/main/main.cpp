#include <sys/stat.h>

#include "cli/cli.h"

int main(int argc, char** argv) {
  // Everything Rondo writes is about people, the warehouse that DuckDB makes by itself included.
  constexpr mode_t others_nothing = 027;
  ::umask(others_nothing);
  return rondo::cli::run_program(argc, argv);
}
