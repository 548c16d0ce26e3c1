using Compression.Mpi.Interop;

namespace Compression.Mpi.Tests;

public class MpiEnvironmentTests
{
    private static MpiEnvironment With(params (string Name, string Value)[] variables) =>
        new(name => variables.Where(variable => variable.Name == name).Select(variable => variable.Value).FirstOrDefault());

    [Fact]
    public void Without_a_launcher_nothing_is_known()
    {
        MpiEnvironment environment = With(("SLURM_PROCID", "0"), ("SLURM_NTASKS", "4"));
        Assert.False(environment.IsUnderLauncher);
        Assert.Null(environment.LocalSize);
        Assert.Null(environment.LauncherFamily);
    }

    [Fact]
    public void Variables_of_mpich_are_read()
    {
        MpiEnvironment environment = With(("PMI_RANK", "2"), ("PMI_SIZE", "4"), ("MPI_LOCALRANKID", "0"), ("MPI_LOCALNRANKS", "2"));
        Assert.Equal((2, 4, 0, 2), (environment.Rank, environment.Size, environment.LocalRank, environment.LocalSize));
        Assert.Same(MpiFamily.Mpich, environment.LauncherFamily);
    }

    [Fact]
    public void Variables_of_open_mpi_win_over_the_pmi_below_it()
    {
        MpiEnvironment environment = With(
            ("OMPI_COMM_WORLD_RANK", "1"),
            ("OMPI_COMM_WORLD_SIZE", "3"),
            ("OMPI_COMM_WORLD_LOCAL_RANK", "1"),
            ("OMPI_COMM_WORLD_LOCAL_SIZE", "3"),
            ("PMIX_RANK", "1"),
            ("PMI_RANK", "7"));
        Assert.Equal((1, 3, 1, 3), (environment.Rank, environment.Size, environment.LocalRank, environment.LocalSize));
        Assert.Same(MpiFamily.OpenMpi, environment.LauncherFamily);
    }

    [Theory]
    [InlineData("PMI_RANK", "mpich")]
    [InlineData("PMIX_RANK", "openmpi")]
    public void Under_srun_the_kind_of_pmi_tells_the_family(string variable, string family)
    {
        MpiEnvironment environment = With(
            (variable, "5"),
            ("SLURM_PROCID", "5"),
            ("SLURM_STEP_NUM_TASKS", "8"),
            ("SLURM_LOCALID", "1"),
            ("SLURM_STEP_TASKS_PER_NODE", "4(x2)"));
        Assert.Equal((5, 8, 1, 4), (environment.Rank, environment.Size, environment.LocalRank, environment.LocalSize));
        Assert.Equal(family, environment.LauncherFamily?.Name);
    }

    [Fact]
    public void Uneven_nodes_leave_the_local_size_open() =>
        Assert.Null(With(("SLURM_PROCID", "0"), ("SLURM_STEP_NUM_TASKS", "6"), ("SLURM_STEP_TASKS_PER_NODE", "4,2")).LocalSize);
}
