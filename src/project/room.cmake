# One JSON Schema for each kind of file; `rondo schema KIND` prints them.
file(GLOB schemas CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/schemas/*.json)
rondo_embed(rondo_project schemas BASE ${CMAKE_SOURCE_DIR}/schemas FILES ${schemas})
