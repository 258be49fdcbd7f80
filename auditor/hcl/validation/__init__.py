"""What Terraform refuses before it evaluates anything: wrong blocks, unknown names, cycles, moves that contradict."""
