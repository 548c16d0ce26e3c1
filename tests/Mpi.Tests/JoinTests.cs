using System.Text;
using Compression.Core.Reporting;
using Compression.Mpi.Launching;

namespace Compression.Mpi.Tests;

/// <summary>What the launcher makes of ranks that do not come together. With real hosts: UnreachableHostTests.</summary>
public class JoinTests
{
    private static readonly HostList s_hosts = HostList.Parse("a\nb\nc.example\n", "hosts");

    private static MpiLaunchOptions Job(bool onHosts) => new() { Ranks = 3, Hosts = onHosts ? s_hosts : null, JoinWithin = TimeSpan.FromSeconds(5) };

    private static (ExitCode Code, string Message) Describe(bool onHosts, JobRemarks remarks, string printed, params int?[] ended)
    {
        MpiLaunchOptions job = Job(onHosts);
        var reaching = ended.Select((code, place) => new ProcessEntry(place + 10, 1, 1) { HasEnded = code is not null, ExitCode = code ?? 0 }).ToArray();
        return new JoinFailure(job, job.Hosts?.Placement(3), remarks, printed).Describe(reaching);
    }

    private static JobRemarks Began(params int[] ranks)
    {
        JobRemarks remarks = new();
        Array.ForEach(ranks, rank => remarks.Add(new JoinMark(rank, JoinEvent.Began)));
        return remarks;
    }

    [Fact]
    public void The_host_whose_connection_ended_is_named_with_what_was_said_of_it_alone()
    {
        var (code, message) = Describe(true, Began(0), "ssh: connect to host b port 22: Connection refused\nab: other\n", null, 255, null);
        Assert.Equal(ExitCode.Communication, code);
        Assert.Equal("b (hosts, line 2) has not joined: ssh: connect to host b port 22: Connection refused", message);
    }

    [Fact]
    public void Several_hosts_are_named_each_with_its_own_cause()
    {
        var (_, message) = Describe(true, Began(0), "x: no b or c here\nssh: c.example is down\n", null, 255, 255);
        Assert.StartsWith("b (hosts, line 2), c.example (hosts, line 3) has not joined: ", message, StringComparison.Ordinal);
        Assert.EndsWith("ssh: c.example is down", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Late_hosts_are_named_and_those_that_came_are_not() => Assert.Equal(
        "c.example (hosts, line 3) has not started all of its ranks within 5 s; is it up, and does ssh reach it without a password?",
        Describe(true, Began(0, 1), "", null, null, null).Message);

    [Fact]
    public void Where_all_have_started_nobody_is_blamed() => Assert.Equal(
        "All 3 ranks have started, but not joined within 5 s: MPI does not come from one host to another (a, b, c.example).",
        Describe(true, Began(0, 1, 2), "", null, null, null).Message);

    [Fact]
    public void Without_hosts_ranks_are_named() => Assert.Equal("rank 2 has not started within 5 s.", Describe(false, Began(0, 1), "", (int?)null).Message);

    [Fact]
    public void A_batch_system_that_reaches_all_hosts_by_one_program_gives_none_away() => Assert.StartsWith(
        "b (hosts, line 2), c.example (hosts, line 3) has not started", Describe(true, Began(0), "", 1).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("unfinished ")]
    [InlineData("")]
    public void Marks_are_taken_out_wherever_they_stand_and_what_was_held_comes_then(string before)
    {
        JobRemarks remarks = new();
        using MemoryStream sink = new();
        JobOutput output = new(new MpichDialect(), remarks, sink, holdsUntilJoined: true);
        output.Accept(Encoding.ASCII.GetBytes($"ssh: a word\n{before}{JoinMark.Prefix}1 {(int)JoinEvent.Began} 0\nmore\n"));
        Assert.Equal(0, sink.Length);
        Assert.Equal([new JoinMark(1, JoinEvent.Began)], remarks.MarksOf(JoinEvent.Began));
        output.Accept(Encoding.ASCII.GetBytes($"{JoinMark.Prefix}0 {(int)JoinEvent.Joined} 0\n"));
        Assert.Equal($"ssh: a word\n{before}more\n", Encoding.ASCII.GetString(sink.ToArray()));
        Assert.Equal("", output.Held);
    }

    [Fact]
    public void A_program_that_is_not_there_is_named_with_its_host()
    {
        const string line = "[proxy:0:1@vm] HYDU_create_process (utils/launch/launch.c:73): execvp error on file /x/program (No such file or directory)\n";
        JobRemarks remarks = new();
        Assert.True(new MpichDialect().Understand(line, remarks));
        Assert.Equal((ExitCode.Environment, "b (hosts, line 2) cannot start /x/program: No such file or directory; install the program there, in the same folder."), Describe(true, remarks, ""));
    }

    [Fact]
    public void A_lost_proxy_is_said_in_words() => Assert.StartsWith(
        "mpiexec has lost", new MpichDialect().Explain("[mpiexec@vm] control_cb (pm/pmiserv/pmiserv_cb.c:206): assert (!closed) failed\n"), StringComparison.Ordinal);

    [Theory]
    [MpiFamily(Families.Mpich)]
    public void A_proxy_that_is_killed_ends_the_job_with_one_line(string family)
    {
        using RankJob job = RankJob.Start(family, 2, "print");
        char[] text = new char["[=====>    ] 50 %\r".Length];
        Assert.Equal(text.Length, job.Output.ReadBlock(text));
        job.KillProxy();
        JobResult result = job.Finish();
        Assert.Equal("error: mpiexec has lost the process that holds the ranks of a host; somebody killed it, or the connection broke", Assert.Single(result.ErrorLines));
        Assert.Equal(6, result.Code);
    }
}
