using System.Collections.Immutable;
using static TorchSharp.torch;

namespace Compression.Training.ModelParallel;

/// <summary>Does a stage's actions: takes what the neighbour sends, computes, sends on.</summary>
/// <param name="stage">Computes.</param>
/// <param name="link">Reaches the neighbours.</param>
/// <param name="clock">Takes the time.</param>
public sealed class StageRunner(StageComputation stage, IStageLink link, StageClock clock)
{
    // An evaluation sends without ever hearing back; so much may be under way.
    private const int AheadInEvaluation = 16;

    /// <summary>The stage.</summary>
    public StageComputation Stage => stage;

    /// <summary>Its way to the neighbours.</summary>
    public IStageLink Link => link;

    /// <summary>Its times.</summary>
    public StageClock Clock => clock;

    /// <summary>A step of training.</summary>
    /// <param name="actions">From <see cref="StageOrder"/>.</param>
    /// <param name="units">Of the batch.</param>
    public void Train(ImmutableArray<StageAction> actions, ImmutableArray<StageUnit> units)
    {
        for (int i = 0; i < actions.Length; i++)
        {
            // The next message may come in while this action computes.
            if (i + 1 < actions.Length && Needs(actions[i + 1]))
            {
                link.Expect(KindOf(actions[i + 1]), actions[i + 1].Unit, stage.MessageShape(actions[i + 1].Unit));
            }

            Do(actions[i], units[actions[i].Unit].Positions);
        }

        link.Drain(0);
    }

    /// <summary>One action of a step, for stages that take turns.</summary>
    public void Do(StageAction action, int positions)
    {
        var incoming = Take(action, positions);
        Tensor? outgoing;
        using (clock.Measure(action.IsForward ? StageActivity.Forward : StageActivity.Backward, action.Unit, positions))
        {
            if (action.IsForward)
            {
                outgoing = stage.Forward(action.Unit, incoming, keep: true);
            }
            else
            {
                outgoing = stage.Backward(action.Unit, incoming);
                incoming?.Dispose();
            }

            stage.FinishDevice();
        }

        if (outgoing is not null)
        {
            using var time = clock.Measure(StageActivity.Send, action.Unit, positions);
            link.Send(KindOf(action), action.Unit, outgoing);
        }
    }

    /// <summary>The forward pass of a unit in an evaluation; its time is not counted.</summary>
    public void Evaluate(int unit)
    {
        using var incoming = stage.Range.IsFirst ? null : link.Receive(StageMessage.Activation, unit, stage.MessageShape(unit));
        if (stage.Forward(unit, incoming, keep: false) is { } outgoing)
        {
            link.Send(StageMessage.Activation, unit, outgoing);
            link.Drain(AheadInEvaluation);
        }
    }

    private static StageMessage KindOf(StageAction action) => action.IsForward ? StageMessage.Activation : StageMessage.Gradient;

    private bool Needs(StageAction action) => action.IsForward ? !stage.Range.IsFirst : !stage.Range.IsLast;

    private Tensor? Take(StageAction action, int positions)
    {
        if (!Needs(action))
        {
            return null;
        }

        using var time = clock.Measure(StageActivity.Wait, action.Unit, positions);
        return link.Receive(KindOf(action), action.Unit, stage.MessageShape(action.Unit));
    }
}
