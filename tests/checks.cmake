# Tests of the tree rather than of the program: style, and the builds of the other presets. One ctest tells all.
option(TAP_PINTEREST_ALL_TESTS
       "Register clang-tidy and the sanitizers' builds as tests too; scripts/test.sh makes what they need" OFF)

find_package(Python3 REQUIRED COMPONENTS Interpreter)

add_test(NAME check.includes
         COMMAND Python3::Interpreter ${CMAKE_CURRENT_SOURCE_DIR}/check_includes.py ${PROJECT_SOURCE_DIR})
add_test(NAME check.format COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/check_format.sh ${PROJECT_SOURCE_DIR})
add_test(NAME check.docs
         COMMAND Python3::Interpreter ${PROJECT_SOURCE_DIR}/scripts/write_docs.py --check $<TARGET_FILE:tap-pinterest>
                 ${PROJECT_SOURCE_DIR}/docs)
add_test(NAME check.meltano
         COMMAND Python3::Interpreter ${PROJECT_SOURCE_DIR}/scripts/write_meltano_definition.py --check
                 $<TARGET_FILE:tap-pinterest> ${PROJECT_SOURCE_DIR}/examples/meltano)
set_tests_properties(check.includes check.format check.docs check.meltano PROPERTIES LABELS check)

if(NOT TAP_PINTEREST_ALL_TESTS)
  return()
endif()

cmake_host_system_information(RESULT cores QUERY NUMBER_OF_LOGICAL_CORES)
add_test(NAME check.tidy
         COMMAND Python3::Interpreter ${CMAKE_CURRENT_SOURCE_DIR}/check_tidy.py ${PROJECT_SOURCE_DIR}
                 ${PROJECT_SOURCE_DIR}/build/tidy)
set_tests_properties(check.tidy PROPERTIES LABELS check PROCESSORS ${cores} TIMEOUT 3600)

# The unit tests of a sanitizer's build, and some runs of its program against this build's simulator.
foreach(sanitizer asan tsan)
  set(build ${PROJECT_SOURCE_DIR}/build/${sanitizer})
  add_test(NAME ${sanitizer}.unit
           COMMAND ${CMAKE_CTEST_COMMAND} --test-dir ${build} --label-exclude check --output-on-failure
                   --no-tests=error --parallel ${cores})
  add_test(NAME ${sanitizer}.e2e
           COMMAND ${TAP_PINTEREST_E2E_PYTHON} -m pytest -q -p no:cacheprovider test_smoke.py test_tokens.py
           WORKING_DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR}/e2e)
  # Early, while there is something small to run beside it.
  set_tests_properties(${sanitizer}.unit PROPERTIES PROCESSORS ${cores} COST 900)
  set_tests_properties(${sanitizer}.unit ${sanitizer}.e2e PROPERTIES
    LABELS ${sanitizer}
    TIMEOUT 900
    ENVIRONMENT "TAP_PINTEREST=${build}/tap-pinterest;PINTEREST_SIMULATOR=$<TARGET_FILE:pinterest-simulator>;PYTHONDONTWRITEBYTECODE=1")
endforeach()

# Every fuzz target: the corpus, and always the same new inputs.
add_test(NAME fuzz.targets COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/fuzz/run.sh 30000 runs)
set_tests_properties(fuzz.targets PROPERTIES LABELS fuzz PROCESSORS ${cores} COST 900 TIMEOUT 1800)
