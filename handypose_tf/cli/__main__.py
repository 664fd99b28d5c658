"""`python -m handypose_tf.cli`, for where the `handypose` script is not on the path."""

import sys

from handypose_tf.cli.main import main

sys.exit(main())
