#include "cli/cli.h"

int main(int argc, char** argv) { return rondo::cli::run_program(argc, argv); }
