namespace Compression.Mpi.Tests;

/// <summary>What holds among ranks of both families, checked inside the ranks.</summary>
public class CommunicatorTests
{
    [Fact]
    public void At_least_one_mpi_is_installed() => Assert.True(Families.Missing(Families.Mpich) is null || Families.Missing(Families.OpenMpi) is null);

    [Theory]
    [MpiFamily(Families.Mpich, UpToRanks = 4)]
    [MpiFamily(Families.OpenMpi, UpToRanks = 4)]
    public void All_laws_are_kept(string family, int ranks)
    {
        JobResult result = RankJob.Run(family, ranks, "laws");
        result.ExpectSuccess();
        Assert.Contains($"laws kept by {ranks} ranks", result.Output, StringComparison.Ordinal);
    }

    [Theory]
    [MpiFamily(Families.Mpich, UpToRanks = 4)]
    [MpiFamily(Families.OpenMpi, UpToRanks = 4)]
    public void All_laws_are_kept_under_a_time_limit(string family, int ranks) => RankJob.Run(family, ranks, "laws", "limited").ExpectSuccess();

    [Theory]
    [MpiFamily(Families.Mpich, UpToRanks = 4)]
    [MpiFamily(Families.OpenMpi, UpToRanks = 4)]
    public void All_laws_are_kept_by_ranks_with_a_host_each(string family, int ranks) => RankJob.Run(family, ranks, "laws", "apart").ExpectSuccess();

    [Theory]
    [MpiFamily(Families.Mpich, UpToRanks = 4)]
    [MpiFamily(Families.OpenMpi, UpToRanks = 4)]
    public void Ranks_with_a_host_each_add_up_as_virtual_workers_do(string family, int ranks) => RankJob.Run(family, ranks, "sums", "apart").ExpectSuccess();

    [Theory]
    [MpiFamily(Families.Mpich)]
    [MpiFamily(Families.OpenMpi)]
    public void Ranks_with_a_host_each_do_what_others_do(string family)
    {
        foreach (string check in (string[])["bytes", "pipeline-bytes", "pipeline-equality", "groups"])
        {
            RankJob.Run(family, 4, check, "apart").ExpectSuccess();
        }
    }

    [Theory]
    [MpiFamily(Families.Mpich, UpToRanks = 4)]
    [MpiFamily(Families.OpenMpi, UpToRanks = 4)]
    public void Bytes_counted_are_the_bytes_handed(string family, int ranks) => RankJob.Run(family, ranks, "bytes").ExpectSuccess();

    [Theory]
    [MpiFamily(Families.Mpich, UpToRanks = 4)]
    [MpiFamily(Families.OpenMpi, UpToRanks = 4)]
    public void Bytes_booked_for_gradients_are_the_bytes_handed(string family, int ranks) =>
        RankJob.Run(family, ranks, "pipeline-bytes").ExpectSuccess();

    [Theory]
    [MpiFamily(Families.Mpich, UpToRanks = 4)]
    [MpiFamily(Families.OpenMpi, UpToRanks = 4)]
    public void Exchanges_give_what_they_give_on_virtual_workers(string family, int ranks) =>
        RankJob.Run(family, ranks, "pipeline-equality").ExpectSuccess();

    [Theory]
    [MpiFamily(Families.Mpich, UpToRanks = 4)]
    [MpiFamily(Families.OpenMpi, UpToRanks = 4)]
    public void Environment_tells_what_mpi_tells(string family, int ranks) => RankJob.Run(family, ranks, "environment").ExpectSuccess();

    [Theory]
    [MpiFamily(Families.Mpich)]
    [MpiFamily(Families.OpenMpi)]
    public void Groups_are_communicators_of_their_own(string family) => RankJob.Run(family, 4, "groups").ExpectSuccess();

    [Theory]
    [MpiFamily(Families.Mpich)]
    [MpiFamily(Families.OpenMpi)]
    public void Collectives_allocate_nothing(string family)
    {
        foreach (string way in (string[])["blocking", "limited", "apart"])
        {
            RankJob.Run(family, 3, "allocations", way).ExpectSuccess();
        }
    }

    [Theory]
    [MpiFamily(Families.Mpich)]
    [MpiFamily(Families.OpenMpi)]
    public void A_null_reference_stays_a_managed_exception(string family) => RankJob.Run(family, 2, "null-reference").ExpectSuccess();

    [Theory]
    [MpiFamily(Families.Mpich)]
    [MpiFamily(Families.OpenMpi)]
    public void Ranks_of_a_job_without_a_terminal_know_of_none(string family)
    {
        JobResult result = RankJob.Run(family, 1, "terminal");
        result.ExpectSuccess();
        Assert.Equal("terminal none", result.Output.Trim());
    }
}
