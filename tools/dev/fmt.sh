# ./dev fmt [--check]: clang-format over the C++ sources that are written by hand.
mapfile -t files < <(git ls-files --cached --others --exclude-standard '*.cpp' '*.hpp' | while read -r f; do [ -f "$f" ] && echo "$f"; done)
case "${1:-}" in
  "") clang-format -i "${files[@]}" ;;
  --check) clang-format --dry-run -Werror "${files[@]}" && say "fmt: ${#files[@]} files are formatted" ;;
  *) echo "dev fmt: unknown argument '$1' (--check, or nothing)" >&2; exit 2 ;;
esac
