using System.Collections.Immutable;
using Compression.Training.ModelParallel;

namespace Compression.Training.Tests.ModelParallel;

[Seeded]
public sealed class ScheduleTests
{
    public static TheoryData<StageSchedule> Schedules() => [.. Enum.GetValues<StageSchedule>()];

    [Theory]
    [MemberData(nameof(Schedules))]
    public void No_order_blocks_and_each_unit_goes_forward_and_back_once(StageSchedule schedule)
    {
        for (int stages = 1; stages <= 7; stages++)
        {
            for (int units = 0; units <= 12; units++)
            {
                var actions = StepOrder.Of(schedule, stages, units).OfStage;
                var events = StageSimulation.Play(actions, (stage, action) => 1 + ((stage * 7) % 3) + (action.IsForward ? 0 : action.Unit % 2));
                Assert.Equal(2 * units * stages, events.Length);
                foreach (var list in actions)
                {
                    Assert.Equal(2 * units, list.Distinct().Count());
                    Assert.All(Enumerable.Range(0, units), unit => Assert.True(
                        list.IndexOf(new StageAction(true, unit)) < list.IndexOf(new StageAction(false, unit))));
                }

                // What one process does in this order never meets a message that is not there yet.
                var done = new HashSet<(int, StageAction)>();
                foreach (var moment in events)
                {
                    int sender = moment.Action.IsForward ? moment.Stage - 1 : moment.Stage + 1;
                    Assert.True(sender < 0 || sender == stages || done.Contains((sender, moment.Action)));
                    done.Add((moment.Stage, moment.Action));
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(Schedules))]
    public void With_equal_stages_the_bubble_is_that_of_the_formula(StageSchedule schedule)
    {
        for (int stages = 1; stages <= 6; stages++)
        {
            for (int units = 1; units <= 10; units++)
            {
                var events = StageSimulation.Play(StepOrder.Of(schedule, stages, units).OfStage, (_, action) => action.IsForward ? 1 : 2);
                Assert.Equal((stages - 1.0) / (units + stages - 1), StageSimulation.Bubble(events, stages), 1e-12);
            }
        }
    }

    [Fact]
    public void One_forward_one_backward_keeps_as_many_units_as_stages_follow_and_the_others_keep_all()
    {
        for (int stage = 0; stage < 4; stage++)
        {
            Assert.Equal(4 - stage, UnitsKept(StageOrder.Of(StageSchedule.OneForwardOneBackward, stage, 4, 9)));
            Assert.Equal(9, UnitsKept(StageOrder.Of(StageSchedule.Gpipe, stage, 4, 9)));
            Assert.Equal(9, UnitsKept(StageOrder.Of(StageSchedule.Wavefront, stage, 4, 9)));
        }
    }

    [Fact]
    public void Gradients_flow_back_through_time_and_micro_batches_are_added_up_in_one_order()
    {
        int[] Backward(StageSchedule schedule) => [.. StageOrder.Of(schedule, 1, 3, 5).Where(action => !action.IsForward).Select(action => action.Unit)];
        Assert.Equal([4, 3, 2, 1, 0], Backward(StageSchedule.Wavefront));
        Assert.Equal([0, 1, 2, 3, 4], Backward(StageSchedule.Gpipe));
        Assert.Equal([0, 1, 2, 3, 4], Backward(StageSchedule.OneForwardOneBackward));
    }

    [Fact]
    public void Orders_that_wait_for_each_other_are_told()
    {
        ImmutableArray<StageAction> forward = [new(true, 0)], backwardFirst = [new(false, 0), new(true, 0)];
        Assert.Throws<InvalidOperationException>(() => StageSimulation.Play([backwardFirst, forward], (_, _) => 1));
    }

    [Theory]
    [InlineData(60, 20, 8, 4)]
    [InlineData(7, 3, 8, 4)]
    [InlineData(8, 1, 1, 1)]
    public void Units_cover_a_batch_once(int steps, int columns, int timeBlock, int microBatches)
    {
        foreach (var schedule in Enum.GetValues<StageSchedule>())
        {
            int[] covered = new int[steps * columns];
            foreach (var unit in StageUnit.Cut(schedule, steps, columns, timeBlock, microBatches))
            {
                for (int t = 0; t < unit.Steps; t++)
                {
                    for (int b = 0; b < unit.Columns; b++)
                    {
                        covered[((unit.FirstStep + t) * columns) + unit.FirstColumn + b]++;
                    }
                }
            }

            Assert.All(covered, count => Assert.Equal(1, count));
            Assert.Empty(StageUnit.Cut(schedule, steps, 0, timeBlock, microBatches));
        }
    }

    // Most units whose activations a stage keeps at a time.
    private static int UnitsKept(ImmutableArray<StageAction> actions)
    {
        int kept = 0, most = 0;
        foreach (var action in actions)
        {
            kept += action.IsForward ? 1 : -1;
            most = Math.Max(most, kept);
        }

        return most;
    }
}
