#include "mcu_machine.hpp"

#include <elf.h>

#include <algorithm>
#include <cstring>
#include <fstream>
#include <iterator>

namespace sallyport::test {

McuMachine::McuMachine() {
  model_->rst_ni = 0;
  model_->core_rst_ni = 0;
  for (int i = 0; i < 3; ++i) step();
  model_->rst_ni = 1;
  wipe();
}

void McuMachine::step() {
  // The device side of this clock: registered answers.
  model_->dev_rsp_valid_i = 0;
  if (answer_) {
    if (answer_->wait == 0) {
      model_->dev_rsp_valid_i = 1;
      model_->dev_rsp_err_i = answer_->error ? 1 : 0;
      model_->dev_rsp_rdata_i = answer_->value;
      answer_.reset();
    } else {
      --answer_->wait;
    }
  }
  model_->dev_ready_i = answer_ ? 0 : 1;
  model_->clk_i = 0;
  model_->eval();
  if (model_->dev_valid_o != 0 && model_->dev_ready_i != 0) {
    if (model_->dev_write_o != 0) {
      writes.push_back({model_->dev_addr_o, model_->dev_wdata_o});
      answer_ = Answer{wait, false, 0};
    } else {
      const auto value = read(model_->dev_addr_o);
      answer_ = Answer{wait, !value, value.value_or(0)};
    }
  }
  if (model_->load_valid_i != 0 && model_->load_ready_o != 0) taken_ = true;
  if (model_->load_rsp_valid_o != 0) loaded_ = Answer{0, model_->load_rsp_err_o != 0, model_->load_rsp_rdata_o};
  corrected += model_->corrected_o;
  fatal += model_->fatal_o;
  asleep += model_->sleeping_o;
  ++clocks;
  model_->clk_i = 1;
  model_->eval();
}

void McuMachine::wipe() {
  model_->core_rst_ni = 0;
  model_->wipe_i = 1;
  step();
  model_->wipe_i = 0;
  while (model_->wiping_o != 0) step();
}

std::optional<std::uint32_t> McuMachine::request(bool write, std::uint32_t address, std::uint32_t value,
                                                 unsigned octets) {
  model_->load_valid_i = 1;
  model_->load_write_i = write ? 1 : 0;
  model_->load_be_i = static_cast<std::uint8_t>(octets);
  model_->load_addr_i = address;
  model_->load_wdata_i = value;
  taken_ = false;
  while (!taken_) step();
  model_->load_valid_i = 0;
  loaded_.reset();
  while (!loaded_) step();
  return loaded_->error ? std::nullopt : std::optional(loaded_->value);
}

bool McuMachine::load_elf(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  const std::vector<char> octets{std::istreambuf_iterator<char>(file), {}};
  Elf32_Ehdr header;
  if (octets.size() < sizeof header) return false;
  std::memcpy(&header, octets.data(), sizeof header);
  if (std::memcmp(header.e_ident, ELFMAG, SELFMAG) != 0 || header.e_machine != EM_RISCV) return false;
  for (unsigned i = 0; i < header.e_phnum; ++i) {
    Elf32_Phdr segment;
    const std::size_t at = header.e_phoff + std::size_t{i} * header.e_phentsize;
    if (at + sizeof segment > octets.size()) return false;
    std::memcpy(&segment, octets.data() + at, sizeof segment);
    if (segment.p_type != PT_LOAD) continue;
    if (std::size_t{segment.p_offset} + segment.p_filesz > octets.size()) return false;
    for (std::uint32_t n = 0; n < segment.p_filesz; n += 4) {
      std::uint32_t word = 0;
      std::memcpy(&word, octets.data() + segment.p_offset + n, std::min<std::size_t>(4, segment.p_filesz - n));
      if (!store(segment.p_paddr + n, word)) return false;
    }
  }
  return true;
}

}  // namespace sallyport::test
