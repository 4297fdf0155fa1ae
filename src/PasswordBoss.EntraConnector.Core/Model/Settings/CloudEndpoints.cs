using System;

namespace PasswordBoss.EntraConnector.Model;

/// <summary>
/// The sign-in host and the Microsoft Graph root of each national cloud (https://learn.microsoft.com/graph/deployments).
/// </summary>
/// <param name="AuthorityHost">The sign-in host.</param>
/// <param name="GraphEndpoint">The root of Microsoft Graph, with its version.</param>
public sealed record CloudEndpoints(Uri AuthorityHost, Uri GraphEndpoint)
{
    private static readonly CloudEndpoints Worldwide = new(new Uri("https://login.microsoftonline.com/"), new Uri("https://graph.microsoft.com/v1.0"));
    private static readonly CloudEndpoints UsGovernment = new(new Uri("https://login.microsoftonline.us/"), new Uri("https://graph.microsoft.us/v1.0"));
    private static readonly CloudEndpoints UsDefense = new(new Uri("https://login.microsoftonline.us/"), new Uri("https://dod-graph.microsoft.us/v1.0"));
    private static readonly CloudEndpoints Vianet = new(new Uri("https://login.chinacloudapi.cn/"), new Uri("https://microsoftgraph.chinacloudapi.cn/v1.0"));

    /// <summary>The addresses of one cloud.</summary>
    /// <param name="environment">The cloud.</param>
    public static CloudEndpoints Of(EntraEnvironment environment) => environment switch
    {
        EntraEnvironment.USGov => UsGovernment,
        EntraEnvironment.USGovDoD => UsDefense,
        EntraEnvironment.China => Vianet,
        _ => Worldwide,
    };
}
