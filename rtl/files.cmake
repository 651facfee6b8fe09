# RTL of the design. Packages in order of use; a module is found in the file of its name in one of the folders.
set(SALLYPORT_RTL_PACKAGES
    pkg/sallyport_abi_pkg.sv
    mgmt/generated/sallyport_regs_pkg.sv
    mcu/generated/sallyport_core_regs_pkg.sv
    mcu/generated/sallyport_core_devices_pkg.sv
    pkg/reg_pkg.sv
    pkg/self_test_pkg.sv
    pkg/sad_pkg.sv
    pkg/esp_pkg.sv)
# More packages by their own rooms.
foreach(package IN ITEMS pkg/secded_pkg.sv pkg/aes_pkg.sv pkg/gcm_pkg.sv sad/sad_int_pkg.sv esp/csum_pkg.sv
        lane/lane_out_pkg.sv lane/lane_in_pkg.sv)
  if(EXISTS ${CMAKE_CURRENT_LIST_DIR}/${package})
    list(APPEND SALLYPORT_RTL_PACKAGES ${package})
  endif()
endforeach()
set(SALLYPORT_RTL_FOLDERS cells crypto esp sad lane mgmt mgmt/generated mcu mcu/generated mcu/shims top)

# Ibex: the management core. Fetched by './dev setup', used where it lies.
file(GLOB SALLYPORT_IBEX ${CMAKE_CURRENT_LIST_DIR}/../.venv/lib/python3*/site-packages/pythondata_cpu_ibex/system_verilog)
set(SALLYPORT_IBEX_FOLDERS rtl vendor/lowrisc_ip/ip/prim/rtl vendor/lowrisc_ip/dv/sv/dv_utils)  # modules and includes
set(SALLYPORT_IBEX_PACKAGES
    vendor/lowrisc_ip/ip/prim/rtl/prim_util_pkg.sv
    vendor/lowrisc_ip/ip/prim/rtl/prim_cipher_pkg.sv
    vendor/lowrisc_ip/ip/prim/rtl/prim_secded_pkg.sv
    vendor/lowrisc_ip/ip/prim/rtl/prim_mubi_pkg.sv
    vendor/lowrisc_ip/ip/prim/rtl/prim_count_pkg.sv
    rtl/ibex_pkg.sv)
