#!/bin/sh
# Makes .venv fit for a purpose: "run" (requirements/run.txt) or "dev" (requirements/dev.txt, which includes the
# former). Does nothing when it fits already. Ends with one line when it cannot.
set -eu
cd "$(dirname "$0")/.."

lock="requirements/$1.txt"
stamp=".venv/made-for-$1"
here=$(pwd -P)

fail() {
    echo "错误：$1" >&2
    exit 1
}

# What .venv is made from. A moved folder counts: the programs in .venv name their interpreter by its full path.
made_from() {
    echo "$here"
    cat "$lock" setup.cfg pyproject.toml
}

# False also after an upgrade of Python: the packages then lie in the old version's folder.
works() {
    .venv/bin/python -c 'import pip' 2>/dev/null
}

# The first Python that is new enough; PYTHON=… chooses another.
find_python() {
    for candidate in ${PYTHON:-python3 python3.14 python3.13 python3.12 python3.11}; do
        if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            echo "$candidate"
            return
        fi
    done
}

make_venv() {
    python=$(find_python)
    [ -n "$python" ] || fail "需要 Python 3.11 或更新版本，没有找到；Debian 上请执行 apt install python3 python3-venv"
    "$python" -c 'import ensurepip, venv' 2>/dev/null ||
        fail "$("$python" --version) 缺少 venv 模块；Debian 上请执行 apt install python3-venv"
    { rm -rf .venv && mkdir .venv; } 2>/dev/null || fail "文件夹 $here 不可写，无法建立运行环境 .venv"
    "$python" -m venv .venv || fail "运行环境 .venv 无法建立，原因见上"
}

install() {
    .venv/bin/python -m pip install --quiet --disable-pip-version-check "$@"
}

if works && made_from | cmp -s - "$stamp"; then
    exit 0
fi
# A changed lock begins anew, so that nothing remains which it no longer names.
if [ -e "$stamp" ] || ! works; then
    make_venv
fi
echo "安装依赖（$lock → .venv），首次需要几分钟" >&2
install --require-hashes --requirement "$lock" || fail "依赖安装失败，原因见上；解决后重新执行即可继续"
install --no-deps --no-build-isolation --editable . || fail "本项目安装失败，原因见上"
made_from > "$stamp"
