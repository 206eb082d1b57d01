# Compiler cache, linker, warnings and sanitizers. Our targets link rondo_flags; vendored code
# does not.

find_program(RONDO_CCACHE ccache)
if(RONDO_CCACHE)
  # Build folders of several people share one cache: paths below the source folder are rewritten
  # relative, the working folder is not hashed, and precompiled headers are compared by content.
  set(rondo_cache env CCACHE_BASEDIR=${CMAKE_SOURCE_DIR} CCACHE_NOHASHDIR=1
      CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime
      ${RONDO_CCACHE})
  set(CMAKE_CXX_COMPILER_LAUNCHER ${rondo_cache})
  set(CMAKE_C_COMPILER_LAUNCHER ${rondo_cache})
endif()

find_program(RONDO_LLD ld.lld)
if(RONDO_LLD)
  add_link_options(-fuse-ld=lld)
endif()

add_library(rondo_flags INTERFACE)
target_compile_features(rondo_flags INTERFACE cxx_std_20)
target_compile_options(rondo_flags INTERFACE
  -Wall -Wextra -Wpedantic -Wconversion -Wsign-conversion -Wshadow -Wnon-virtual-dtor
  -Woverloaded-virtual
  -Wno-missing-field-initializers  # {.timeout_ms = 5} leaves the rest at its defaults on purpose
  -fno-omit-frame-pointer -fdiagnostics-color=always)
if(RONDO_WERROR)
  target_compile_options(rondo_flags INTERFACE -Werror)
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # False alarms of g++ 12 inside the standard library and Boost, once it inlines:
  # bug 105651 (-Wrestrict on std::string +), bug 105562 and kin (std::function, std::optional).
  target_compile_options(rondo_flags INTERFACE
    -Wno-restrict -Wno-maybe-uninitialized -Wno-dangling-pointer -Wno-array-bounds
    -Wno-stringop-overflow -Wno-stringop-overread -Wno-mismatched-new-delete
    -Wno-free-nonheap-object)
  if(RONDO_PCH)
    target_compile_options(rondo_flags INTERFACE -fpch-preprocess)
  endif()
elseif(CMAKE_CXX_COMPILER_ID MATCHES "Clang")
  if(RONDO_PCH)
    target_compile_options(rondo_flags INTERFACE "SHELL:-Xclang -fno-pch-timestamp")
  endif()
endif()

if(RONDO_SANITIZE)
  add_compile_options(-fsanitize=${RONDO_SANITIZE} -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${RONDO_SANITIZE})
  if(RONDO_SANITIZE MATCHES "thread" AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    add_compile_options(-Wno-tsan)  # Boost.Asio's fences, which g++ cannot watch; it locks as well
  endif()
endif()
if(RONDO_FUZZ)
  # Coverage in all of our code; the driver itself only in the fuzzers (cmake/extras.cmake).
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()
if(RONDO_TIDY)
  find_program(RONDO_CLANG_TIDY NAMES clang-tidy-14 clang-tidy REQUIRED)
endif()

# One precompiled header for all rooms and one for their tests, built once per build folder.
function(rondo_pch_library NAME)
  if(NOT EXISTS ${CMAKE_BINARY_DIR}/${NAME}.cpp)  # written once: its age says whether to compile
    file(WRITE ${CMAKE_BINARY_DIR}/${NAME}.cpp "")
  endif()
  add_library(${NAME} STATIC ${CMAKE_BINARY_DIR}/${NAME}.cpp)
  target_link_libraries(${NAME} PRIVATE rondo_flags fmt::fmt tl::expected)
  target_precompile_headers(${NAME} PRIVATE ${ARGN})
endfunction()

function(rondo_use_pch TARGET PCH)
  if(RONDO_PCH)
    target_precompile_headers(${TARGET} REUSE_FROM ${PCH})
  endif()
endfunction()
