"""The joints of the spine: where `flow` introduces the stages to each other."""
