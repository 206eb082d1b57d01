# What a preset (CMakePresets.json) may switch; nothing else is meant to be set by hand.
set(RONDO_SANITIZE "" CACHE STRING "value of -fsanitize=, e.g. address,undefined")
option(RONDO_PCH "precompile light standard headers, fmt and tl/expected" OFF)
option(RONDO_FUZZ "build the fuzzers of tests/fuzz (needs clang)" OFF)
option(RONDO_TIDY "run clang-tidy on every file of ours" OFF)
option(RONDO_WERROR "treat warnings in our code as errors" ON)

if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Dev CACHE STRING "Dev or Release" FORCE)
endif()
# Own build types, because ours never define NDEBUG: CHECK stays on in every build.
set(CMAKE_CXX_FLAGS_DEV "-O1 -g1" CACHE STRING "" FORCE)
set(CMAKE_C_FLAGS_DEV "-O1 -g1" CACHE STRING "" FORCE)
set(CMAKE_CXX_FLAGS_RELEASE "-O2 -g1 -march=x86-64-v2" CACHE STRING "" FORCE)
set(CMAKE_C_FLAGS_RELEASE "-O2 -g1 -march=x86-64-v2" CACHE STRING "" FORCE)
