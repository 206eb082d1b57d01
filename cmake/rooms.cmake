# The rooms of src/rooms.txt: one library each, linked only to the rooms on lines above its own.
#
# A room is src/NAME/**/*.cpp. Its `*_test.cpp` files make rondo_NAME_test. What else a room needs
# at build time (embedded files) stands in src/NAME/room.cmake, read after its library is made.
# A room without a .cpp yet is an interface library, so rooms can come one by one.

if(RONDO_PCH)
  rondo_pch_library(rondo_pch ${CMAKE_SOURCE_DIR}/cmake/pch.h)
  rondo_pch_library(rondo_pch_test ${CMAKE_SOURCE_DIR}/cmake/pch_test.h)
  target_link_libraries(rondo_pch_test PRIVATE rapidcheck doctest::doctest)
endif()

add_library(rondo_doctest_main OBJECT ${CMAKE_SOURCE_DIR}/cmake/doctest_main.cpp)
target_link_libraries(rondo_doctest_main PRIVATE doctest::doctest)

# Our flags; clang-tidy, too, unless it is a test: their macros cost it minutes and tell nothing.
function(rondo_ours TARGET)
  target_link_libraries(${TARGET} PRIVATE rondo_flags)
  if(RONDO_TIDY AND NOT "${TARGET}" MATCHES "_test$")
    set_target_properties(${TARGET} PROPERTIES CXX_CLANG_TIDY
      "${RONDO_CLANG_TIDY};--warnings-as-errors=*;--quiet")
  endif()
endfunction()

function(rondo_room NAME)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "ABOVE")
  set(folder ${CMAKE_SOURCE_DIR}/src/${NAME})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${folder}/*.cpp)
  set(tests ${sources})
  list(FILTER tests INCLUDE REGEX "_test\\.cpp$")
  list(FILTER sources EXCLUDE REGEX "_test\\.cpp$")
  list(TRANSFORM arg_ABOVE PREPEND rondo_)

  if(sources)
    add_library(rondo_${NAME} STATIC ${sources})
    rondo_ours(rondo_${NAME})
    target_include_directories(rondo_${NAME} PUBLIC ${CMAKE_SOURCE_DIR}/src)
    target_link_libraries(rondo_${NAME}
      PUBLIC ${arg_ABOVE} fmt::fmt tl::expected
      PRIVATE ${rondo_links_${NAME}})
    target_compile_definitions(rondo_${NAME} PRIVATE RONDO_VERSION="${PROJECT_VERSION}")
    rondo_use_pch(rondo_${NAME} rondo_pch)
  else()
    add_library(rondo_${NAME} INTERFACE)
    target_include_directories(rondo_${NAME} INTERFACE ${CMAKE_SOURCE_DIR}/src)
    target_link_libraries(rondo_${NAME} INTERFACE ${arg_ABOVE} fmt::fmt tl::expected)
  endif()
  if(EXISTS ${folder}/room.cmake)
    include(${folder}/room.cmake)
  endif()

  if(tests)
    add_executable(rondo_${NAME}_test ${tests})
    rondo_ours(rondo_${NAME}_test)
    target_link_libraries(rondo_${NAME}_test PRIVATE
      rondo_${NAME} rondo_doctest_main doctest::doctest rapidcheck ${rondo_links_${NAME}})
    target_compile_definitions(rondo_${NAME}_test PRIVATE
      RONDO_VERSION="${PROJECT_VERSION}" RONDO_SOURCE_DIR="${CMAKE_SOURCE_DIR}")
    rondo_use_pch(rondo_${NAME}_test rondo_pch_test)
  endif()
endfunction()

set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/src/rooms.txt)
file(STRINGS ${CMAKE_SOURCE_DIR}/src/rooms.txt lines ENCODING UTF-8)
set(rondo_rooms "")  # every room but main, lowest first
foreach(line IN LISTS lines)
  string(REGEX REPLACE "#.*" "" line "${line}")
  string(REGEX MATCHALL "[a-z_]+" names "${line}")
  foreach(name IN LISTS names)
    if(NOT name STREQUAL "main")
      rondo_room(${name} ABOVE ${rondo_rooms})
    endif()
  endforeach()
  list(APPEND rondo_rooms ${names})
endforeach()
list(REMOVE_ITEM rondo_rooms main)

# The program.
set(rondo_all_rooms ${rondo_rooms})
list(TRANSFORM rondo_all_rooms PREPEND rondo_)
add_executable(rondo ${CMAKE_SOURCE_DIR}/src/main/main.cpp)
rondo_ours(rondo)
target_link_libraries(rondo PRIVATE ${rondo_all_rooms})
target_compile_definitions(rondo PRIVATE RONDO_VERSION="${PROJECT_VERSION}")
