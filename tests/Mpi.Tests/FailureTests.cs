using System.Globalization;
using System.Runtime.InteropServices;
using Compression.Mpi.Launching;

namespace Compression.Mpi.Tests;

/// <summary>How jobs end when something goes wrong: the right code, the cause once, nothing left running.</summary>
public class FailureTests
{
    [Theory]
    [MpiFamily(Families.Mpich)]
    [MpiFamily(Families.OpenMpi)]
    public void A_failing_rank_ends_the_job_with_its_code_and_its_cause_once(string family)
    {
        JobResult result = RankJob.Run(family, 3, "fail-one", "4");
        Assert.Equal(["error: this rank gives up"], result.ErrorLines);
        Assert.Equal(string.Empty, result.Output);
        Assert.Equal(4, result.Code);
    }

    [Theory]
    [MpiFamily(Families.Mpich)]
    [MpiFamily(Families.OpenMpi)]
    public void Ranks_that_fail_alike_say_so_once(string family)
    {
        JobResult result = RankJob.Run(family, 4, "fail-all");
        Assert.Equal(["error: the loss is not finite"], result.ErrorLines);
        Assert.Equal(4, result.Code);
    }

    [Theory]
    [MpiFamily(Families.Mpich)]
    [MpiFamily(Families.OpenMpi)]
    public void A_killed_rank_ends_the_job_with_one_line(string family)
    {
        JobResult result = RankJob.Run(family, 3, "killed");
        string line = Assert.Single(result.ErrorLines);
        Assert.Contains("died by signal 9 (SIGKILL)", line, StringComparison.Ordinal);
        Assert.Equal(string.Empty, result.Output);
        Assert.Equal(6, result.Code);
    }

    [Theory]
    [MpiFamily(Families.Mpich)]
    [MpiFamily(Families.OpenMpi)]
    public void What_happens_to_ranks_that_are_done_is_no_failure(string family)
    {
        JobResult result = RankJob.RunAndListen(family, 2, "killed-when-done");
        Assert.Empty(result.ErrorLines);
        // Lines of ranks may lie within each other.
        Assert.Equal("01", string.Concat(result.Output.Where(char.IsAsciiDigit).Order()));
        Assert.Equal(0, result.Code);
    }

    [Theory]
    [MpiFamily(Families.Mpich)]
    [MpiFamily(Families.OpenMpi)]
    public void A_peer_that_never_comes_ends_in_a_time_out_that_names_the_exchange(string family)
    {
        foreach (string[] check in (string[][])[["stall"], ["stall", "apart"]])
        {
            JobResult result = RankJob.Run(family, 2, check);
            string line = Assert.Single(result.ErrorLines);
            Assert.Contains($"The all-reduce did not end within 1 s: it waits for rank 1 on {Environment.MachineName}, ", line, StringComparison.Ordinal);
            Assert.Equal(6, result.Code);
        }
    }

    [Theory]
    [MpiFamily(Families.Mpich)]
    [MpiFamily(Families.OpenMpi)]
    public void A_time_out_names_the_rank_that_all_others_wait_for_and_no_other(string family)
    {
        JobResult result = RankJob.Run(family, 4, "stall-behind");
        Assert.All(result.ErrorLines, line => Assert.EndsWith(
            $"The receive did not end within 1 s: it waits for rank 3 on {Environment.MachineName}, which does not answer: busy, stopped, or out of reach.", line, StringComparison.Ordinal));
        Assert.NotEmpty(result.ErrorLines);
        Assert.Equal(6, result.Code);
    }

    [Theory]
    [MpiFamily(Families.Mpich)]
    [MpiFamily(Families.OpenMpi)]
    public void A_time_out_in_a_group_names_its_members_as_the_world_numbers_them(string family)
    {
        JobResult result = RankJob.Run(family, 4, "stall-in-group");
        Assert.Contains($"it waits for rank 2 on {Environment.MachineName}, which", Assert.Single(result.ErrorLines), StringComparison.Ordinal);
    }

    [Theory]
    [MpiFamily(Families.Mpich)]
    [MpiFamily(Families.OpenMpi)]
    public void A_time_out_of_ranks_that_wait_for_each_other_names_none(string family)
    {
        JobResult result = RankJob.Run(family, 3, "wait-for-each-other");
        Assert.Contains("all of its ranks wait", Assert.Single(result.ErrorLines), StringComparison.Ordinal);
        Assert.Equal(6, result.Code);
    }

    [Theory]
    [MpiFamily(Families.Mpich)]
    [MpiFamily(Families.OpenMpi)]
    public void A_message_of_the_wrong_length_is_a_communication_failure(string family)
    {
        JobResult result = RankJob.Run(family, 2, "short-message");
        Assert.Equal(["error: Rank 0 sent 3 bytes where rank 1 expected 4."], result.ErrorLines);
        Assert.Equal(6, result.Code);
    }

    [Theory]
    [MpiFamily(Families.Mpich)]
    [MpiFamily(Families.OpenMpi)]
    public void SIGINT_reaches_the_ranks_and_they_end_tidily(string family) => Interrupt(family, PosixSignal.SIGINT);

    [Theory]
    [MpiFamily(Families.Mpich)]
    [MpiFamily(Families.OpenMpi)]
    public void SIGTERM_reaches_the_ranks_and_they_end_tidily(string family) => Interrupt(family, PosixSignal.SIGTERM);

    [Theory]
    [MpiFamily(Families.Mpich)]
    [MpiFamily(Families.OpenMpi)]
    public void Output_without_a_line_feed_passes_at_once(string family)
    {
        using RankJob job = RankJob.Start(family, 2, "print");
        char[] text = new char["[=====>    ] 50 %\r".Length];
        Assert.Equal(text.Length, job.Output.ReadBlock(text));
        Assert.Equal("[=====>    ] 50 %\r", new string(text));
        job.Signal(PosixSignal.SIGTERM);
        Assert.Equal(143, job.Finish().Code);
    }

    [Theory]
    [InlineData("lam")]
    [InlineData("/nowhere/libmpi.so.40")]
    public void An_mpi_that_is_not_there_is_named(string choice)
    {
        // mpiexec is looked for by the name of the library; where it is missing too, the line says so with the same code.
        JobResult result = RankJob.Run(choice, 1, "laws");
        string line = Assert.Single(result.ErrorLines);
        Assert.StartsWith("error: ", line, StringComparison.Ordinal);
        Assert.Equal(choice == "lam" ? 2 : 3, result.Code);
    }

    private static void Interrupt(string family, PosixSignal signal)
    {
        const int Ranks = 3;
        using RankJob job = RankJob.Start(family, Ranks, "wait-for-signal");
        List<int> processes = [];
        for (int rank = 0; rank < Ranks; rank++)
        {
            processes.Add(int.Parse(job.Output.ReadLine()!["ready ".Length..], CultureInfo.InvariantCulture));
        }

        job.Signal(signal);
        JobResult result = job.Finish();
        Assert.Equal(Ranks, result.Output.Split("saved").Length - 1);
        Assert.Equal(string.Empty, result.Errors);
        Assert.Equal(signal == PosixSignal.SIGINT ? 130 : 143, result.Code);
        Assert.Empty(processes.Intersect(ProcessTable.Read().Select(entry => entry.Number)));
    }
}
