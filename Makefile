# Everything needs only Python 3.11 or newer with its venv module; the rest comes into .venv.
SHELL = /bin/sh
BIN = .venv/bin
DATA = $${CATALOG_DATA:-data}

.DEFAULT_GOAL = help
.PHONY: help run elasticsearch test lint format soak bench bench-large coverage openapi lock clean run-environment dev-environment

help: ## 显示本帮助
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' Makefile | expand -t 16

run: run-environment ## 建立环境和数据，启动服务 http://127.0.0.1:8000/（CATALOG_PORT 可改端口）
	@mkdir -p "$(DATA)" 2>/dev/null || { echo "错误：数据文件夹 $(DATA) 无法建立；请检查权限或设置 CATALOG_DATA" >&2; exit 1; }
	@$(BIN)/catalog init
	@exec $(BIN)/catalog serve

elasticsearch: dev-environment ## 在前台运行一个 Elasticsearch，供试用；选项如 OPTIONS="--port 9300"
	@exec $(BIN)/python -m scripts.elasticsearch --data "$(DATA)/elasticsearch" $(OPTIONS)

# One process more than there are cores: a good part of the time tests wait for servers that they killed.
test: lint ## 格式、规则、分层、类型，然后全部测试（soak 除外）
	@$(BIN)/python -m pytest -n $$(($$(nproc) + 1)) --dist worksteal

lint: dev-environment ## 只做格式、规则、分层和类型检查
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/lint-imports --no-logo
	@$(BIN)/mypy

format: dev-environment ## 按规则整理代码
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

soak: dev-environment ## 长时间测试
	@$(BIN)/python -m pytest -m soak

bench: dev-environment ## 性能测量，结果表见 README
	@$(BIN)/python tests/bench/run.py

bench-large: dev-environment ## 在真实 Elasticsearch 上测量到一百万条，约一小时；选项如 OPTIONS="--kept 文件夹"
	@$(BIN)/python tests/bench/large.py $(OPTIONS)

coverage: dev-environment ## 测试覆盖率
	@$(BIN)/coverage erase
	@$(BIN)/coverage run -m pytest
	@$(BIN)/coverage combine --quiet
	@$(BIN)/coverage report

openapi: dev-environment ## 重写 docs/ 里由程序生成的接口说明
	@$(BIN)/python -m service_catalog.web.api.openapi > docs/openapi.new && mv docs/openapi.new docs/openapi.json
	@$(BIN)/python -m service_catalog.web.problems > docs/problems.new && mv docs/problems.new docs/problems.md

# --upgrade: the newest versions that setup.cfg allows. dev follows run, so that tests run on what is served.
LOCK = $(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes \
	--custom-compile-command "make lock" --extra build

lock: dev-environment ## 更新 requirements/ 里锁定的版本
	@$(LOCK) --output-file requirements/run.txt setup.cfg
	@$(LOCK) --extra dev --constraint requirements/run.txt --output-file requirements/dev.txt setup.cfg

clean: ## 删除环境和缓存，保留 data/
	@rm -rf .venv build dist ./*.egg-info .coverage .coverage.* htmlcov
	@rm -rf .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	@find service_catalog tests seed -name __pycache__ -type d -prune -exec rm -rf {} +

run-environment:
	@sh scripts/environment.sh run

dev-environment:
	@sh scripts/environment.sh dev
