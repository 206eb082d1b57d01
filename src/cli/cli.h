#pragma once

namespace rondo::cli {

/// The whole program: reads the arguments, runs one command, answers its exit code: 0 done, 1
/// failed, 2 usage, 3 refused by policy, 4 nothing to do where asked.
int run_program(int argc, char** argv);

}  // namespace rondo::cli
