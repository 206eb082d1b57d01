# Every library that is not ours, and the rooms that may link it. Versions and checksums: deps.lock;
# reasons: docs/decisions/.

find_package(Boost 1.81.0 EXACT REQUIRED)  # headers only; Debian's default 1.74 must not slip in
find_package(Threads REQUIRED)
find_package(OpenSSL 3.0 REQUIRED)
find_package(CURL REQUIRED)
find_package(ZLIB REQUIRED)
find_package(SQLite3 REQUIRED)
find_package(fmt REQUIRED)
find_package(tl-expected REQUIRED)
find_package(simdjson REQUIRED)
find_package(CLI11 REQUIRED)
find_package(PkgConfig REQUIRED)
pkg_check_modules(cares REQUIRED IMPORTED_TARGET libcares)
pkg_check_modules(libfyaml REQUIRED IMPORTED_TARGET libfyaml)
find_package(date REQUIRED)  # time zones: <chrono> of g++ 12 has none
find_package(doctest REQUIRED)
find_package(rapidcheck REQUIRED)

# Fetched archives. ./dev does this first; a plain `cmake --preset` gets them here.
set(RONDO_DEPS ${CMAKE_SOURCE_DIR}/.deps)
if(NOT EXISTS ${RONDO_DEPS}/duckdb/libduckdb.so)
  execute_process(COMMAND bash ${CMAKE_SOURCE_DIR}/tools/fetch_deps COMMAND_ERROR_IS_FATAL ANY)
endif()

# The library stands beside the binaries, in the build folder as in a package.
file(CREATE_LINK ${RONDO_DEPS}/duckdb/libduckdb.so ${CMAKE_BINARY_DIR}/libduckdb.so
     COPY_ON_ERROR SYMBOLIC)
add_library(duckdb SHARED IMPORTED)
set_target_properties(duckdb PROPERTIES
  IMPORTED_LOCATION ${CMAKE_BINARY_DIR}/libduckdb.so
  IMPORTED_SONAME libduckdb.so
  INTERFACE_INCLUDE_DIRECTORIES ${CMAKE_SOURCE_DIR}/vendor/duckdb)

add_library(nanoarrow STATIC ${CMAKE_SOURCE_DIR}/vendor/nanoarrow/nanoarrow/nanoarrow.c)
target_include_directories(nanoarrow SYSTEM PUBLIC ${CMAKE_SOURCE_DIR}/vendor/nanoarrow)
target_compile_options(nanoarrow PRIVATE -w)

# room -> libraries. Linked privately: a room's headers never show them (tools/check_rooms looks).
set(rondo_links_base      Boost::headers OpenSSL::Crypto)
set(rondo_links_world     Boost::headers Threads::Threads CURL::libcurl PkgConfig::cares
                          OpenSSL::SSL OpenSSL::Crypto ZLIB::ZLIB)
set(rondo_links_state     SQLite::SQLite3)
set(rondo_links_warehouse duckdb nanoarrow)
set(rondo_links_collect   simdjson::simdjson ZLIB::ZLIB)
set(rondo_links_control   date::date-tz)
set(rondo_links_project   PkgConfig::libfyaml)
set(rondo_links_serve     Boost::headers Threads::Threads OpenSSL::SSL ZLIB::ZLIB)
set(rondo_links_cli       CLI11::CLI11)
