using System;
using System.Globalization;
using System.Linq;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Rules;
using PasswordBoss.EntraConnector.Sync.Read;

namespace PasswordBoss.EntraConnector.Core.Tests.Incremental;

/// <summary>The stored text of the scope. A later version must write the same text for the same settings; otherwise its first run is full.</summary>
public class ScopeTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 2, 8, 0, 0, TimeSpan.Zero);

    private static readonly ConnectionSettings Connection = new()
    {
        Id = Guid.NewGuid(),
        Name = "Contoso",
        TenantId = "t",
        AuthorityHost = new Uri("https://login.example"),
        GraphEndpoint = new Uri("https://graph.example/v1.0"),
        PasswordBossUri = new Uri("https://pb.example/scim"),
        UserGroup = new GroupReference("g1", "Users"),
        AdditionalGroups = [new GroupReference("g3", "Three"), new GroupReference("G2", "Two")],
    };

    private static string Of(SyncRules rules) => FullSyncPolicy.ScopeOf(Connection with { Rules = rules });

    [Fact]
    public void The_scope_contains_the_selected_groups_and_the_changed_rules()
    {
        Assert.Equal("https://graph.example/v1.0|g1|direct||G2|g3", FullSyncPolicy.ScopeOf(Connection));
        Assert.Equal("https://graph.example/v1.0||nested|", FullSyncPolicy.ScopeOf(Connection with { UserGroup = null, IncludeNested = true, AdditionalGroups = [] }));
        Assert.Equal(
            "https://graph.example/v1.0|g1|direct|NewUser=CreatePending,DeletedUser=Delete,DisabledUser=None,RemovedUser=ConvertToPersonal,ExistingAccount=AdoptAny,"
            + "RemovedGroup=Delete,UnknownMember=Remove,EmailSource=Mail,GuestUser=Skip,FullSyncHours=12|G2|g3",
            Of(new SyncRules
            {
                NewUser = NewUserRule.CreatePending,
                DeletedUser = LeaverRule.Delete,
                DisabledUser = LeaverRule.None,
                RemovedUser = LeaverRule.ConvertToPersonal,
                ExistingAccount = ExistingAccountRule.AdoptAny,
                RemovedGroup = RemovedGroupRule.Delete,
                UnknownMember = UnknownMemberRule.Remove,
                EmailSource = EmailSource.Mail,
                GuestUser = GuestUserRule.Skip,
                FullSyncHours = 12,
            }));
    }

    [Fact]
    public void Limits_and_deletion_periods_are_not_part_of_the_scope() => Assert.Equal(
        Of(SyncRules.Default),
        Of(new SyncRules { MaxRemovalPercent = 1, MaxRemovalCount = 2, DeleteAfterDays = 3, DeleteAfterDaysChangedAt = Now }));

    [Fact]
    public void Every_other_rule_is_part_of_the_scope()
    {
        // A new rule must be part of the scope, or be listed above.
        var named = new[] { "MaxRemovalPercent", "MaxRemovalCount", "DeleteAfterDays", "DeleteAfterDaysChangedAt" };
        foreach (var rule in typeof(SyncRules).GetProperties().Where(p => p.CanWrite && !named.Contains(p.Name)))
        {
            var rules = new SyncRules();
            var usual = rule.GetValue(rules)!;
            rule.SetValue(rules, usual is int number ? number + 1 : Enum.GetValues(usual.GetType()).Cast<object>().First(value => !value.Equals(usual)));
            Assert.Contains("|" + rule.Name + "=", Of(rules), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void The_scope_is_the_same_in_every_culture()
    {
        var before = CultureInfo.CurrentCulture;
        try
        {
            CultureInfo.CurrentCulture = new CultureInfo("ar-SA") { NumberFormat = { NegativeSign = "minus" } };
            Assert.EndsWith("|FullSyncHours=-12|G2|g3", Of(new SyncRules { FullSyncHours = -12 }), StringComparison.Ordinal);
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    [Fact]
    public void A_restored_database_requires_a_full_run()
    {
        var start = new RunStart
        {
            Progress = new SyncProgress { Scope = FullSyncPolicy.ScopeOf(Connection), LastFullAt = Now, Links = new DeltaLinks { Groups = [], Users = "u" } },
        };
        Assert.Null(FullSyncPolicy.FullSyncReason(Connection, new SyncOptions(), start, Now));
        Assert.Equal("Full_PutBack", FullSyncPolicy.FullSyncReason(Connection, new SyncOptions(), start with { WasRolledBack = true }, Now)?.Id);
        Assert.Equal("Full_First", FullSyncPolicy.FullSyncReason(Connection, new SyncOptions(), new RunStart { WasRolledBack = true }, Now)?.Id);
    }
}
