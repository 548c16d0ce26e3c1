namespace Compression.Training.Lm1b;

/// <summary>By which way the gradients of the dense weights and of the two tables travel.</summary>
public enum RunOption
{
    /// <summary>Dense weights and tables by sharded parameter servers.</summary>
    Ps,

    /// <summary>Dense weights by all-reduce (or compressed gather), rows gathered by all; every worker holds whole tables.</summary>
    Mpi,

    /// <summary>Dense weights by all-reduce (or compressed gather), tables by sharded servers.</summary>
    Hybrid,
}
