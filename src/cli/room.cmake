# What `rondo init` writes.
file(GLOB_RECURSE minimal CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/examples/minimal/*)
list(FILTER minimal EXCLUDE REGEX "/(\\.rondo|out)/")
rondo_embed(rondo_cli template_minimal BASE ${CMAKE_SOURCE_DIR}/examples/minimal FILES ${minimal})
