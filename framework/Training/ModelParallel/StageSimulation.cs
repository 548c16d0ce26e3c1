using System.Collections.Immutable;

namespace Compression.Training.ModelParallel;

/// <summary>
/// Plays the actions of all stages through: an action begins when its stage is free and what the neighbour sends for it is there. Messages
/// take no time, and any number may be under way.
/// </summary>
public static class StageSimulation
{
    /// <summary>An action in its place in time.</summary>
    /// <param name="Stage">Who does it.</param>
    /// <param name="Action">What is done.</param>
    /// <param name="Start">When it begins.</param>
    /// <param name="End">When it ends.</param>
    public readonly record struct Event(int Stage, StageAction Action, double Start, double End);

    /// <summary>Plays.</summary>
    /// <param name="actions">Of each stage, in order.</param>
    /// <param name="cost">Time of an action on a stage, at least 0.</param>
    /// <returns>All actions by their start; each comes after those that it needs.</returns>
    /// <exception cref="InvalidOperationException">Stages wait for each other without end.</exception>
    public static ImmutableArray<Event> Play(IReadOnlyList<ImmutableArray<StageAction>> actions, Func<int, StageAction, double> cost)
    {
        int stages = actions.Count;
        var ends = new Dictionary<(int Stage, StageAction Action), double>();
        var events = ImmutableArray.CreateBuilder<Event>();
        int[] next = new int[stages];
        double[] free = new double[stages];
        int left = actions.Sum(list => list.Length);
        while (left > 0)
        {
            int before = left;
            for (int stage = 0; stage < stages; stage++)
            {
                while (next[stage] < actions[stage].Length)
                {
                    var action = actions[stage][next[stage]];
                    int sender = action.IsForward ? stage - 1 : stage + 1;
                    double here = 0;
                    if (sender >= 0 && sender < stages && !ends.TryGetValue((sender, action), out here))
                    {
                        break;
                    }

                    double start = Math.Max(free[stage], here);
                    free[stage] = start + cost(stage, action);
                    ends[(stage, action)] = free[stage];
                    events.Add(new Event(stage, action, start, free[stage]));
                    next[stage]++;
                    left--;
                }
            }

            if (left == before)
            {
                string waiting = string.Join(", ", Enumerable.Range(0, stages).Where(stage => next[stage] < actions[stage].Length));
                throw new InvalidOperationException($"Stages {waiting} wait for each other without end.");
            }
        }

        return [.. events.Select((moment, place) => (moment, place)).OrderBy(pair => pair.moment.Start).ThenBy(pair => pair.place).Select(pair => pair.moment)];
    }

    /// <summary>Share of the stages' time that is idle between the first start and the last end, 0 to 1.</summary>
    public static double Bubble(ImmutableArray<Event> events, int stages)
    {
        double span = events.IsEmpty ? 0 : events.Max(moment => moment.End);
        return span == 0 ? 0 : 1 - (events.Sum(moment => moment.End - moment.Start) / (stages * span));
    }
}
