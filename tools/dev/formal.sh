# ./dev formal [quick|NAME ...]   every proof, and every mutant that a proof has to notice; writes docs/reference/formal.md
#              quick              what takes minutes at most, nothing written (CI)
#              NAME ...           these proofs with their mutants, or these mutants; nothing written
case "${1:-}" in
  "") .venv/bin/python tools/formal.py --write ;;
  quick)
    [ $# -eq 1 ] || { echo "dev formal: 'quick' takes no arguments" >&2; exit 2; }
    .venv/bin/python tools/formal.py --quick
    ;;
  -*) echo "dev formal: no option '$1' (quick, or names of proofs and mutants)" >&2; exit 2 ;;
  *) .venv/bin/python tools/formal.py --only "$@" ;;
esac
