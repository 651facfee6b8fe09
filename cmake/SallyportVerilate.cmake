# Verilated models and tests.
#
#   sallyport_add_model(NAME n TOP module [PARAMETERS -GX=1 ...] [FOLDER f] [TRACE] [NO_ASSERT])
#     -> static library target n with class Vn (header "Vn.h") of the module, elaborated with the parameters. The module may stand in
#        folder f.
#   sallyport_add_test(NAME n SOURCES a_test.cpp ... [LIBS lib ...] [LABELS l ...] [TIMEOUT seconds])
#     -> GoogleTest executable n, known to CTest.
#   sallyport_add_full_profile_run(n): test n once more, against the full profile.
#
# Verilator's own CMake function compiles its run time once for each target; here one library serves all models.

find_program(VERILATOR verilator REQUIRED)
if(NOT VERILATOR_ROOT)
  execute_process(COMMAND ${VERILATOR} --getenv VERILATOR_ROOT OUTPUT_VARIABLE VERILATOR_ROOT
                  OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
endif()
find_program(RISCV_GCC riscv64-unknown-elf-gcc REQUIRED)
find_package(Threads REQUIRED)
find_package(ZLIB REQUIRED)

add_library(verilated_runtime STATIC ${VERILATOR_ROOT}/include/verilated.cpp
                                     ${VERILATOR_ROOT}/include/verilated_fst_c.cpp
                                     ${VERILATOR_ROOT}/include/verilated_threads.cpp)
target_include_directories(verilated_runtime SYSTEM PUBLIC ${VERILATOR_ROOT}/include ${VERILATOR_ROOT}/include/vltstd)
target_compile_definitions(verilated_runtime PUBLIC VM_COVERAGE=0 VM_SC=0 VM_TRACE=1 VM_TRACE_FST=1 VM_TRACE_VCD=0)
target_compile_options(verilated_runtime PRIVATE -w)
target_link_libraries(verilated_runtime PUBLIC Threads::Threads ZLIB::ZLIB)

# Flags of the models' hot code (docs/decisions/0011-simulation-speed.md). With SALLYPORT_TRAIN counts stand beside the objects.
set(SALLYPORT_MODEL_FLAGS -O2)
if(SALLYPORT_TRAIN STREQUAL "make")
  string(APPEND SALLYPORT_MODEL_FLAGS " -fprofile-generate -fprofile-update=single")
  target_link_options(verilated_runtime PUBLIC -fprofile-generate)
elseif(SALLYPORT_TRAIN STREQUAL "use")
  string(APPEND SALLYPORT_MODEL_FLAGS " -fprofile-use -fprofile-partial-training")
elseif(SALLYPORT_TRAIN)
  message(FATAL_ERROR "SALLYPORT_TRAIN is '${SALLYPORT_TRAIN}', not 'make' or 'use'")
endif()

# Packages in order of use, then every folder of modules.
set(SALLYPORT_RTL ${PROJECT_SOURCE_DIR}/rtl)
include(${SALLYPORT_RTL}/files.cmake)
if(NOT SALLYPORT_IBEX)
  message(FATAL_ERROR "no Ibex in .venv: './dev setup' fetches it")
endif()

function(sallyport_add_model)
  cmake_parse_arguments(M "TRACE;NO_ASSERT" "NAME;TOP;FOLDER" "PARAMETERS" ${ARGN})
  set(dir ${CMAKE_CURRENT_BINARY_DIR}/${M_NAME}.dir)
  set(archive ${dir}/V${M_NAME}__ALL.a)
  set(flags --cc --build -j 1 -O3 --x-assign fast --x-initial fast --Mdir ${dir} --prefix V${M_NAME} --top-module ${M_TOP}
            -Wall -Wno-fatal --no-timing)
  if(M_TRACE)
    list(APPEND flags --trace-fst --trace-structs)
  endif()
  if(NOT M_NO_ASSERT)
    list(APPEND flags --assert)
  endif()
  set(cflags -std=gnu++20 -w)
  # Generated code is not instrumented under the sanitizers: it is the code around it that is ours, and the compiler cache serves
  # all presets with the same objects.
  list(JOIN cflags " " cflags)
  set(launcher "")
  if(CCACHE)
    set(launcher OBJCACHE=${CCACHE})
  endif()
  # -y folders find each module in the file of its name.
  set(search "")
  foreach(folder IN LISTS SALLYPORT_RTL_FOLDERS)
    list(APPEND search -y ${SALLYPORT_RTL}/${folder})
  endforeach()
  if(M_FOLDER)
    list(APPEND search -y ${M_FOLDER})
  endif()
  set(packages ${SALLYPORT_RTL_PACKAGES})
  list(TRANSFORM packages PREPEND ${SALLYPORT_RTL}/)
  foreach(folder IN LISTS SALLYPORT_IBEX_FOLDERS)
    list(APPEND search -y ${SALLYPORT_IBEX}/${folder} +incdir+${SALLYPORT_IBEX}/${folder})
  endforeach()
  set(ibex ${SALLYPORT_IBEX_PACKAGES})
  list(TRANSFORM ibex PREPEND ${SALLYPORT_IBEX}/)
  list(PREPEND packages ${ibex})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${SALLYPORT_RTL}/*.sv ${SALLYPORT_RTL}/*.vlt)
  add_custom_command(
    OUTPUT ${archive} ${dir}/V${M_NAME}.h
    COMMAND ${PROJECT_SOURCE_DIR}/cmake/quiet.sh ${dir}.log ${CMAKE_COMMAND} -E env ${launcher} ${VERILATOR} ${flags} -CFLAGS "${cflags}" -MAKEFLAGS "OPT_FAST='${SALLYPORT_MODEL_FLAGS}' OPT_SLOW=-O1 CXX=${CMAKE_CXX_COMPILER}"
            ${M_PARAMETERS} ${search} ${SALLYPORT_RTL}/lint.vlt ${packages} ${M_TOP}
    DEPENDS ${sources}
    COMMENT "Verilating ${M_TOP} as ${M_NAME}"
    VERBATIM)
  add_custom_target(${M_NAME}_verilated DEPENDS ${archive})
  add_library(${M_NAME} INTERFACE)
  add_dependencies(${M_NAME} ${M_NAME}_verilated)
  target_include_directories(${M_NAME} SYSTEM INTERFACE ${dir})
  target_link_libraries(${M_NAME} INTERFACE ${archive} verilated_runtime)
endfunction()

find_package(GTest REQUIRED)
function(sallyport_add_test)
  cmake_parse_arguments(T "" "NAME;TIMEOUT" "SOURCES;LIBS;LABELS" ${ARGN})
  # Tests of the RTL exercise generated code, which is not instrumented, and long ones would be too long; only the builds without sanitizers
  # run them.
  set(left_out "")
  if(SALLYPORT_SANITIZE AND ("rtl" IN_LIST T_LABELS OR "long" IN_LIST T_LABELS))
    set(left_out EXCLUDE_FROM_ALL)
  endif()
  add_executable(${T_NAME} ${left_out} ${T_SOURCES})
  target_link_libraries(${T_NAME} PRIVATE sallyport_warnings GTest::gtest_main ${T_LIBS})
  target_include_directories(${T_NAME} PRIVATE ${PROJECT_SOURCE_DIR}/tests)  # for support/
  target_compile_definitions(${T_NAME} PRIVATE SALLYPORT_TEST_DATA="${PROJECT_SOURCE_DIR}/tests/data")
  if(left_out)
    return()
  endif()
  add_test(NAME ${T_NAME} COMMAND ${T_NAME} WORKING_DIRECTORY ${CMAKE_CURRENT_BINARY_DIR})
  if(NOT T_TIMEOUT)
    set(T_TIMEOUT 300)
  endif()
  set_tests_properties(${T_NAME} PROPERTIES TIMEOUT ${T_TIMEOUT} LABELS "${T_LABELS}")
endfunction()

# Runs a test once more against the full profile (tests/support/profile_under_test.hpp).
function(sallyport_add_full_profile_run test)
  if(NOT TEST ${test})
    return()
  endif()
  get_test_property(${test} TIMEOUT timeout)
  get_test_property(${test} LABELS labels)
  add_test(NAME ${test}_full COMMAND ${test} WORKING_DIRECTORY ${CMAKE_CURRENT_BINARY_DIR})
  set_tests_properties(${test}_full PROPERTIES TIMEOUT ${timeout} LABELS "${labels}" ENVIRONMENT SALLYPORT_PROFILE=full)
endfunction()
