using Compression.Training.Optimizers;

namespace Compression.Training.Tests.Optimizers;

[Seeded]
public sealed class LossScalerTests
{
    [Fact]
    public void The_scale_halves_at_an_overflow_and_doubles_after_a_thousand_clean_steps_in_a_row()
    {
        var scaler = new LossScaler(65536);
        void Clean(int steps, double scale)
        {
            for (int step = 0; step < steps; step++)
            {
                scaler.Succeeded();
            }

            Assert.Equal(scale, scaler.Scale);
        }

        void Overflow(double scale)
        {
            Assert.True(scaler.TryLower());
            Assert.Equal(scale, scaler.Scale);
        }

        Clean(999, 65536);
        Clean(1, 131072);
        Clean(999, 131072);
        Overflow(65536);
        Clean(999, 65536);
        Clean(1, 131072);
        Overflow(65536);
        Overflow(32768);
        Clean(1000, 65536);
        Clean(1000, 131072);
    }

    [Fact]
    public void At_one_it_is_not_the_scale_that_makes_gradients_overflow()
    {
        var scaler = new LossScaler(3);
        Assert.True(scaler.TryLower());
        Assert.Equal(1.5, scaler.Scale);
        Assert.True(scaler.TryLower());
        Assert.Equal(1, scaler.Scale);
        Assert.False(scaler.TryLower());
        Assert.Equal(1, scaler.Scale);
    }

    [Fact]
    public void A_restored_scaler_goes_on_as_the_saved_one()
    {
        var saved = new LossScaler(1e280);
        Assert.True(saved.TryLower());
        for (int step = 0; step < 998; step++)
        {
            saved.Succeeded();
        }

        var state = new StateInMemory();
        saved.Save(state);
        var restored = new LossScaler(7);
        restored.Load(state);
        Assert.Equal(5e279, restored.Scale);
        restored.Succeeded();
        Assert.Equal(5e279, restored.Scale);
        restored.Succeeded();
        Assert.Equal(1e280, restored.Scale);
    }
}
