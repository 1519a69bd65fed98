"""Laws that hold on random input; a package, so that files here may be named like those of tests/unit."""
