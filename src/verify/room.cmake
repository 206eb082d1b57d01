# The lists of disposable domains and role mailboxes, from the pinned packages into the binary.
set(rondo_mail_lists ${CMAKE_BINARY_DIR}/mail_lists)
execute_process(COMMAND python3 ${CMAKE_SOURCE_DIR}/tools/make_mail_lists
                        ${RONDO_DEPS} ${rondo_mail_lists}
                COMMAND_ERROR_IS_FATAL ANY)
rondo_embed(rondo_verify mail_lists BASE ${rondo_mail_lists}
            FILES ${rondo_mail_lists}/disposable.txt ${rondo_mail_lists}/disposable_below.txt
                  ${rondo_mail_lists}/role.txt)
