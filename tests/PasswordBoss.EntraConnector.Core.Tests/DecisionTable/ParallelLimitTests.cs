using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using PasswordBoss.EntraConnector.Core.Tests.Doubles;
using PasswordBoss.EntraConnector.Messages;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Runtime;

namespace PasswordBoss.EntraConnector.Core.Tests.DecisionTable;

/// <summary>A failing server gets fewer parallel requests.</summary>
public class ParallelLimitTests
{
    private readonly ManualClock clock = new();
    private readonly Listener observer = new();

    private ParallelLimit Limit(int most) => new(most, clock, observer, "Default");

    [Theory]
    [InlineData(5, 4)]
    [InlineData(5.1, 8)]
    public void Three_failures_within_ten_seconds_halve_the_parallel_limit(double secondsBetween, int left)
    {
        var limit = Limit(8);
        for (var i = 0; i < 3; i++)
        {
            limit.CountFailure();
            if (i < 2)
                clock.Advance(TimeSpan.FromSeconds(secondsBetween));
        }

        Assert.Equal(left, limit.Current);
    }

    [Fact]
    public void Three_more_failures_halve_the_limit_again_down_to_one()
    {
        var limit = Limit(16);
        var seen = new List<int>();
        for (var i = 1; i <= 18; i++)
        {
            limit.CountFailure();
            if (i % 3 == 0)
                seen.Add(limit.Current);
        }

        Assert.Equal(new[] { 8, 4, 2, 1, 1, 1 }, seen);
        Assert.Equal(new[] { 8, 4, 2, 1 }.Select(left => Texts.DetailFewerWrites(MessageValue.Of(left))), observer.Reported);
    }

    [Fact]
    public void The_reduced_limit_lasts_for_the_rest_of_the_run()
    {
        var limit = Limit(8);
        for (var i = 0; i < 3; i++)
            limit.CountFailure();
        clock.Advance(TimeSpan.FromHours(1));
        limit.CountFailure();

        Assert.Equal(4, limit.Current);
    }

    [Fact]
    public async Task A_run_that_reduces_its_parallel_writes_reports_it()
    {
        var world = new World(others: 3);
        world.Join("anna");
        world.PasswordBoss.Called = call =>
        {
            if (call != nameof(FakePasswordBoss.CreateAccountAsync))
                return;
            for (var i = 0; i < 3; i++)
                world.PasswordBoss.Fail();
        };
        var listener = new Listener();

        var result = (await world.Service.SyncAsync(World.Name, new SyncOptions { Full = true, ParallelWrites = 8 }, new Approver(), listener, CancellationToken.None)).Result;

        Assert.Equal((SyncOutcome.Succeeded, 1), (result.Outcome, result.Created));
        Assert.Contains(listener.Reported, d => d.Render() == "The server failed three times within ten seconds, so at most 4 requests are sent at once for the rest of this run.");
        // The run has ended.
        world.PasswordBoss.Fail();
    }
}
