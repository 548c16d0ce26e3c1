using System.Globalization;

namespace Compression.Mpi.Interop;

/// <summary>What launchers (mpiexec of MPICH and Open MPI, srun) tell a rank through environment variables, before MPI starts.</summary>
public sealed class MpiEnvironment
{
    /// <summary>
    /// Width in columns of the terminal that the job's output ends in. The launcher sets it, since ranks themselves
    /// write to a pipe; absent when the output is not a terminal.
    /// </summary>
    public const string TerminalVariable = "COMPRESSION_TERMINAL";

    private readonly Func<string, string?> _variable;

    internal MpiEnvironment(Func<string, string?> variable) => _variable = variable;

    /// <summary>The environment of this process.</summary>
    public static MpiEnvironment Current { get; } = new(Environment.GetEnvironmentVariable);

    /// <summary>True when this process was started as a rank of a job.</summary>
    public bool IsUnderLauncher => Rank is not null;

    /// <summary>This process's rank in the job; null without a launcher.</summary>
    public int? Rank =>
        Number("OMPI_COMM_WORLD_RANK") ?? Number("PMI_RANK") ?? Number("PMIX_RANK") ?? (IsSlurmStep ? Number("SLURM_PROCID") : null);

    /// <summary>Ranks in the job, where the launcher says.</summary>
    public int? Size => Number("OMPI_COMM_WORLD_SIZE") ?? Number("PMI_SIZE") ?? (IsSlurmStep ? Number("SLURM_STEP_NUM_TASKS") : null);

    /// <summary>This process's number among the ranks of its host, where the launcher says.</summary>
    public int? LocalRank =>
        Number("OMPI_COMM_WORLD_LOCAL_RANK") ?? Number("MPI_LOCALRANKID") ?? (IsSlurmStep ? Number("SLURM_LOCALID") : null);

    /// <summary>Ranks on this host, where the launcher says.</summary>
    public int? LocalSize => Number("OMPI_COMM_WORLD_LOCAL_SIZE") ?? Number("MPI_LOCALNRANKS") ?? (IsSlurmStep ? SlurmTasksPerNode : null);

    /// <summary>This host, as the host list of the job names it, where the launcher says; else its own name.</summary>
    public string Host => this["MPIR_CVAR_CH3_INTERFACE_HOSTNAME"] ?? Environment.MachineName;

    /// <summary>Columns of the terminal behind the launcher; null when there is none.</summary>
    public int? TerminalWidth => Number(TerminalVariable);

    internal string? this[string name] => _variable(name) is { Length: > 0 } value ? value : null;

    /// <summary>
    /// The family whose library can talk to the launcher. PMI (mpiexec.mpich, <c>srun --mpi=pmi2</c>) is MPICH's; PMIx without it
    /// (mpiexec.openmpi, <c>srun --mpi=pmix</c>) is Open MPI's. Null when nothing tells.
    /// </summary>
    internal MpiFamily? LauncherFamily =>
        this["OMPI_COMM_WORLD_RANK"] is not null ? MpiFamily.OpenMpi
        : this["PMI_RANK"] is not null ? MpiFamily.Mpich
        : this["PMIX_RANK"] is not null ? MpiFamily.OpenMpi
        : null;

    // A batch script has SLURM_PROCID and SLURM_NTASKS too, and is no rank; only srun sets the size of a step.
    private bool IsSlurmStep => Number("SLURM_STEP_NUM_TASKS") > 1;

    /// <summary>"4" and "4(x2)" say 4 tasks on every node; "4,2" differs by node and says nothing about this one.</summary>
    private int? SlurmTasksPerNode =>
        this["SLURM_STEP_TASKS_PER_NODE"] is { } text && !text.Contains(',', StringComparison.Ordinal) ? Parse(text.Split('(')[0]) : null;

    private int? Number(string name) => Parse(this[name]);

    private static int? Parse(string? text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int value) ? value : null;
}
