using Compression.Training.Ptb;

namespace Compression.Training.Tests.Ptb;

/// <summary>Micro-batches: the columns of a batch, dealt out.</summary>
[Seeded]
public sealed class ColumnPartTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(7)]
    public void The_parts_of_a_batch_hold_its_columns_once_each(int parts)
    {
        int[] tokens = [.. Enumerable.Range(0, 7 * 23)];
        var whole = ColumnBatches.ForTraining(tokens, 0, 1, batchSize: 7, bptt: 5);
        for (int step = 0; step < whole.Steps; step++)
        {
            long[] input = new long[whole.MaxBatchElements], target = new long[whole.MaxBatchElements];
            int timeSteps = whole.Fill(step, input, target);
            int column = 0;
            for (int part = 0; part < parts; part++)
            {
                var share = whole.Part(part, parts);
                long[] partInput = new long[share.MaxBatchElements], partTarget = new long[share.MaxBatchElements];
                Assert.Equal(timeSteps, share.Fill(step, partInput, partTarget));
                for (int b = 0; b < share.Columns; b++, column++)
                {
                    for (int t = 0; t < timeSteps; t++)
                    {
                        Assert.Equal(input[(t * 7) + column], partInput[(t * share.Columns) + b]);
                        Assert.Equal(target[(t * 7) + column], partTarget[(t * share.Columns) + b]);
                    }
                }
            }

            Assert.Equal(7, column);
        }
    }
}
