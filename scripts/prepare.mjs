// placeholder while dependencies are installed
