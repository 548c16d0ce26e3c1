using Compression.Communication.Contract;
using Compression.Core.Communication;
using Compression.Core.Reporting;

namespace Compression.Core.Tests.Communication;

/// <summary>The laws that all communicators keep, on a world of one and on virtual workers.</summary>
public sealed class CommunicatorTests
{
    public static TheoryData<string> Laws() => [.. CommunicatorLaw.All.Select(law => law.Name)];

    public static TheoryData<string> LawsOfOne() => [.. CommunicatorLaw.Among(1).Select(law => law.Name)];

    [Theory]
    [MemberData(nameof(LawsOfOne))]
    public void A_world_of_one_keeps_the_law(string name)
    {
        using var communicator = new LocalCommunicator();
        CommunicatorLaw.All.Single(law => law.Name == name).Check(communicator);
    }

    [Theory]
    [MemberData(nameof(Laws))]
    public void Virtual_workers_keep_the_law(string name)
    {
        var law = CommunicatorLaw.All.Single(law => law.Name == name);
        foreach (int size in new[] { 1, 2, 3, 4, 7 }.Where(size => size >= law.Members))
        {
            using var cluster = new InProcessCluster(size);
            cluster.Run(law.Check);
        }
    }

    [Fact]
    public void One_virtual_worker_runs_at_a_time_in_rank_order()
    {
        using var cluster = new InProcessCluster(5);
        var order = new List<int>();
        int running = 0;
        for (int round = 0; round < 3; round++)
        {
            cluster.Run(communicator =>
            {
                Assert.Equal(1, Interlocked.Increment(ref running));
                order.Add(communicator.Rank);
                Interlocked.Decrement(ref running);
                communicator.Barrier();
                order.Add(communicator.Rank);
            });
        }

        Assert.Equal(Enumerable.Repeat(new[] { 0, 1, 2, 3, 4 }, 6).SelectMany(ranks => ranks), order);
    }

    [Fact]
    public void A_failure_of_one_worker_is_the_failure_of_all_and_the_cluster_can_go_on()
    {
        using var cluster = new InProcessCluster(3);
        var failure = Assert.Throws<InvalidOperationException>(() => cluster.Run(communicator =>
        {
            if (communicator.Rank == 1)
            {
                throw new InvalidOperationException("of worker 1");
            }

            communicator.Barrier();
        }));
        Assert.Equal("of worker 1", failure.Message);
        int done = 0;
        cluster.Run(communicator =>
        {
            communicator.Barrier();
            done++;
        });
        Assert.Equal(3, done);
    }

    [Fact]
    public void Waiting_for_each_other_without_end_is_told()
    {
        using var cluster = new InProcessCluster(2);
        var failure = Assert.Throws<CommunicationException>(() => cluster.Run(communicator => communicator.Receive(new byte[1], 1 - communicator.Rank, 0)));
        Assert.Contains("0, 1", failure.Message, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Communication, failure.Code);
    }

    [Fact]
    public void A_thousand_workers_are_possible()
    {
        using var cluster = new InProcessCluster(1024, sharedBucket: true);
        int writers = 0, ready = 0;
        cluster.Run(
            communicator =>
            {
                float[] sum = [communicator.Rank];
                communicator.AllReduce(sum);
                Assert.Equal(1024 * 1023 / 2, sum[0]);
                writers += communicator.WritesResult ? 1 : 0;
            },
            before: rank => Assert.Equal(rank, ready++));
        Assert.Equal(1, writers);
    }

    [Fact]
    public void The_meter_counts_what_each_collective_sends()
    {
        using var cluster = new InProcessCluster(4);
        cluster.Run(communicator =>
        {
            Assert.Equal(3 * (100 + 4), BytesOf(communicator, metered => metered.AllGather(new byte[100], new GatheredPayloads())));
            Assert.Equal(2 * 3 * 4000 / 4, BytesOf(communicator, metered => metered.AllReduce(new float[1000])));
            Assert.Equal(70, BytesOf(communicator, metered =>
            {
                metered.Send(new byte[70], (communicator.Rank + 1) % 4, 0);
                metered.Receive(new byte[70], (communicator.Rank + 3) % 4, 0);
            }));
            int[] lengths = [10, 20, 30, 40];
            Assert.Equal(100 - lengths[communicator.Rank] + 12, BytesOf(communicator, metered => metered.AllToAll(new byte[100], lengths, new GatheredPayloads())));
        });

        // A world of one is booked like a pair.
        using var alone = new LocalCommunicator();
        Assert.Equal(104, BytesOf(alone, metered => metered.AllGather(new byte[100], new GatheredPayloads())));
        Assert.Equal(4000, BytesOf(alone, metered => metered.AllReduce(new float[1000])));
    }

    [Fact]
    public void Standing_still_for_virtual_peers_is_not_booked_as_communication()
    {
        using var cluster = new InProcessCluster(2);
        var ledgers = new[] { new StepMeter(), new StepMeter() };
        var work = TimeSpan.FromMilliseconds(400);
        cluster.Run(communicator =>
        {
            if (communicator.Rank == 1)
            {
                Thread.Sleep(work);
            }

            new MeteredCommunicator(communicator, ledgers[communicator.Rank]).Barrier();
        });
        Assert.True(ledgers[0].Seconds(StepPhase.Communicate) < work.TotalSeconds / 2, $"{ledgers[0].Seconds(StepPhase.Communicate)}");
    }

    private static long BytesOf(ICommunicator communicator, Action<ICommunicator> action)
    {
        var meter = new StepMeter();
        action(new MeteredCommunicator(communicator, meter));
        return meter.WireBytes;
    }
}
