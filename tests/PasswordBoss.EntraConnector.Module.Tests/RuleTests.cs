using System;
using System.Linq;
using System.Management.Automation;
using System.Xml.Linq;

namespace PasswordBoss.EntraConnector.Module.Tests;

/// <summary>The commands show and take each rule of PBSyncRule.</summary>
public sealed class RuleTests
{
    private static readonly string[] Rules = typeof(PBSyncRule).GetProperties().Select(property => property.Name).Where(name => name != nameof(PBSyncRule.Connection)).ToArray();

    [Fact]
    public void Set_PBSyncRule_has_a_parameter_for_each_rule()
    {
        using var session = new Session();

        var parameters = ((CommandInfo)session.Run("Get-Command Set-PBSyncRule").Single().BaseObject).Parameters;

        Assert.All(Rules, rule => Assert.Equal(
            typeof(Nullable<>).MakeGenericType(typeof(PBSyncRule).GetProperty(rule)!.PropertyType).ToString(), parameters[rule].ParameterType.ToString()));
    }

    [Fact]
    public void The_list_of_rules_shows_each_rule()
    {
        var view = XDocument.Load(Repository.PathOf("module", "PasswordBoss.EntraConnector.format.ps1xml")).Descendants("View").Single(v => v.Element("Name")?.Value == "PBSyncRule.List");

        Assert.Equal(Rules, view.Descendants("PropertyName").Select(property => property.Value));
    }
}
