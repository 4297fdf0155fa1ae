using System;
using System.Linq;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Rules;

namespace PasswordBoss.EntraConnector.Core.Tests.Connections;

/// <summary>The rules are declared once, and the objects that have a property for each rule are complete.</summary>
public sealed class SyncRuleListTests
{
    private static readonly SyncRules NoDefaults = new()
    {
        NewUser = NewUserRule.CreatePending,
        DeletedUser = LeaverRule.Delete,
        DisabledUser = LeaverRule.None,
        RemovedUser = LeaverRule.ConvertToPersonal,
        ExistingAccount = ExistingAccountRule.AdoptAny,
        RemovedGroup = RemovedGroupRule.Delete,
        DeleteAfterDays = 8,
        UnknownMember = UnknownMemberRule.Remove,
        EmailSource = EmailSource.UserPrincipalName,
        GuestUser = GuestUserRule.Skip,
        MaxRemovalPercent = 11,
        MaxRemovalCount = 7,
        FullSyncHours = 12,
    };

    // Stored texts and the file have this order.
    [Fact]
    public void The_rules_have_the_order_of_their_declaration() => Assert.Equal(
        [
            "newUser", "deletedUser", "disabledUser", "removedUser", "existingAccount", "removedGroup", "deleteAfterDays", "unknownMember", "emailSource", "guestUser",
            "maxRemovalPercent", "maxRemovalCount", "fullSyncHours",
        ],
        SyncRuleList.All.Select(rule => rule.NameInFile));

    [Fact]
    public void The_output_and_the_file_have_each_rule()
    {
        foreach (var rule in SyncRuleList.All)
        {
            var type = rule.PropertyOf(typeof(SyncRules)).PropertyType;
            Assert.Equal(type, rule.PropertyOf(typeof(PBSyncRule)).PropertyType);
            Assert.Equal(typeof(Nullable<>).MakeGenericType(type), rule.PropertyOf(typeof(RuleConfiguration)).PropertyType);
        }
    }

    [Fact]
    public void Every_rule_is_copied()
    {
        Assert.All(SyncRuleList.All, rule => Assert.NotEqual(rule.Of(SyncRules.Default), rule.Of(NoDefaults)));

        Assert.Equal(NoDefaults, RuleConfiguration.Of(NoDefaults).ApplyTo(SyncRules.Default));

        var shown = NoDefaults.CopyTo(new PBSyncRule { Connection = "Contoso" });
        Assert.Equal("Contoso", shown.Connection);
        Assert.All(SyncRuleList.All, rule => Assert.Equal(rule.Of(NoDefaults), rule.PropertyOf(typeof(PBSyncRule)).GetValue(shown)));
    }

    [Fact]
    public void A_value_that_is_not_in_the_file_stays()
    {
        Assert.Equal(NoDefaults, new RuleConfiguration().ApplyTo(NoDefaults));
        Assert.Equal(NoDefaults with { DeleteAfterDays = 0 }, new RuleConfiguration { DeleteAfterDays = 0 }.ApplyTo(NoDefaults));
    }

    [Fact]
    public void A_type_without_a_property_for_a_rule_is_refused() => Assert.Throws<MissingMemberException>(() => NoDefaults.CopyTo("text"));
}
