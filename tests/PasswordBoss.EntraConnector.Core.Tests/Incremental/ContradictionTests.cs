using System;
using System.Linq;
using PasswordBoss.EntraConnector.Core.Tests.DecisionTable;
using PasswordBoss.EntraConnector.Core.Tests.Doubles;

namespace PasswordBoss.EntraConnector.Core.Tests.Incremental;

/// <summary>Change tracking names somebody, and the verifying read of the same run still shows the old value: replicas lag.</summary>
public class ContradictionTests
{
    private readonly World world = new(others: 5);
    private readonly string anna;

    public ContradictionTests()
    {
        anna = world.Join("anna");
        world.Sync();
        world.SyncChanges();
    }

    [Theory]
    [InlineData("disabled")]
    [InlineData("removed")]
    [InlineData("deleted")]
    public void ALeaverWhomTheReadDeniesIsAskedAboutAgainUntilTheReadAgrees(string leavingEvent)
    {
        world.Entra.ReadsFallBehind(anna);
        PersonAndAccountTests.Happen(world, anna, leavingEvent);

        for (var run = 0; run < 2; run++)
        {
            var result = world.SyncChanges();
            Assert.Equal((SyncMode.Incremental, SyncOutcome.Partial, "PersonUnknown"), (result.Mode, result.Outcome, Assert.Single(result.Changes).ErrorId));
            Assert.Equal(AccountState.Active, world.PasswordBoss.At("anna@contoso.com").State);
            world.Clock.Advance(TimeSpan.FromMinutes(5));
        }

        world.Entra.ReadsCatchUp();

        Assert.Equal((SyncMode.Incremental, SyncOutcome.Succeeded, 1), (world.SyncChanges().Mode, world.Report!.Result.Outcome, world.Report!.Result.Disabled));
        Assert.Equal(SyncOutcome.NoChange, world.SyncChanges().Outcome);
        PersonAndAccountTests.AssertSecondRunWritesNothing(world);
    }

    [Fact]
    public void ARenameThatTheReadDeniesIsNotForgotten()
    {
        world.Entra.ReadsFallBehind(anna);
        world.Edit(anna, u => u with { Surname = "Smith", DisplayName = "anna Smith" });
        Assert.Equal("PersonUnknown", Assert.Single(world.SyncChanges().Changes).ErrorId);
        world.Entra.ReadsCatchUp();

        Assert.Equal(1, world.SyncChanges().Updated);
        Assert.Equal("Smith", world.PasswordBoss.At("anna@contoso.com").FamilyName);
    }

    [Fact]
    public void AFullRunInBetweenDoesNotForgetItEither()
    {
        world.Entra.ReadsFallBehind(anna);
        world.Leave(anna);
        world.SyncChanges();

        Assert.Equal("PersonUnknown", Assert.Single(world.Sync().Changes).ErrorId);
        world.Entra.ReadsCatchUp();
        Assert.Equal((SyncMode.Incremental, 1), (world.SyncChanges().Mode, world.Report!.Result.Disabled));
    }

    [Fact]
    public void AFullRunThatFollowsFromTheSameChangesKnowsThem()
    {
        // Another change makes the run full: everything is read, and the reads lag.
        var sales = world.NewSyncedGroup("Sales", anna);
        world.Sync();
        world.Entra.ReadsFallBehind(anna);
        world.Leave(anna);
        sales.Name = "Sales and marketing";

        var result = world.SyncChanges();

        Assert.Equal(SyncMode.Full, result.Mode);
        Assert.Contains(result.Changes, c => c is { ErrorId: "PersonUnknown" } && c.EntraId == anna);
        world.Entra.ReadsCatchUp();
        Assert.Equal(1, world.SyncChanges().Disabled);
    }

    [Fact]
    public void ADoubtEndsAfterAnHourBecauseAChangeMayBeReplayedLongAfter()
    {
        world.Entra.ReadsFallBehind(anna);
        world.Disable(anna);
        world.SyncChanges();
        world.Clock.Advance(TimeSpan.FromMinutes(59));
        Assert.Equal(SyncOutcome.Partial, world.SyncChanges().Outcome);
        world.Clock.Advance(TimeSpan.FromMinutes(1));

        Assert.Equal(SyncOutcome.NoChange, world.SyncChanges().Outcome);
    }

    [Fact]
    public void AnAdditionalGroupThatSomebodyLeftIsAskedAboutAgain()
    {
        var sales = world.NewSyncedGroup("Sales", anna, world.UserGroup.Members.First());
        world.Sync();
        world.SyncChanges();
        world.Entra.ReadsFallBehind(anna);
        sales.Members.Remove(anna);
        Assert.Equal(SyncOutcome.Partial, world.SyncChanges().Outcome);
        Assert.Contains("anna@contoso.com", world.MembersOf("Sales"));
        world.Entra.ReadsCatchUp();

        world.SyncChanges();

        Assert.DoesNotContain("anna@contoso.com", world.MembersOf("Sales"));
    }

    [Fact]
    public void AServerThatCannotFilterForgetsNothingEither()
    {
        // There each run that concerns somebody reads everything.
        world.PasswordBoss.CanFilter = false;
        world.Entra.ReadsFallBehind(anna);
        world.Disable(anna);
        world.SyncChanges();
        world.Entra.ReadsCatchUp();
        world.Clock.Advance(TimeSpan.FromMinutes(5));

        Assert.Equal(1, world.SyncChanges().Disabled);
    }
}
