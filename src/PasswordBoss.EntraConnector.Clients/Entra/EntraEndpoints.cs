using System.Net.Http;
using PasswordBoss.EntraConnector.Clients.Http;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector.Clients.Entra;

/// <summary>The two hosts of a tenant.</summary>
/// <param name="SignIn">Issues access tokens.</param>
/// <param name="Graph">Microsoft Graph.</param>
internal sealed record EntraEndpoints(HttpEndpoint SignIn, HttpEndpoint Graph)
{
    /// <summary>Prepares the clients for read-only use of a tenant; nothing is connected yet.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="innerHandler">Responds inside the process, for the sandbox; null for the network. The caller still owns it.</param>
    /// <param name="timing">Times and limits; null for <see cref="HttpTiming.Default"/>.</param>
    /// <exception cref="ConnectorException"><see cref="ErrorId.EndpointNotHttps"/>.</exception>
    public static EntraEndpoints ToRead(EntraTenant tenant, HttpMessageHandler? innerHandler = null, HttpTiming? timing = null) =>
        Open(tenant, EndpointRole.GraphReads, innerHandler, timing);

    /// <summary>Prepares the clients for creating objects in a tenant; nothing is connected yet.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="innerHandler">Responds inside the process; null for the network. The caller still owns it.</param>
    /// <param name="timing">Times and limits; null for <see cref="HttpTiming.Default"/>.</param>
    /// <exception cref="ConnectorException"><see cref="ErrorId.EndpointNotHttps"/>.</exception>
    public static EntraEndpoints ToWrite(EntraTenant tenant, HttpMessageHandler? innerHandler = null, HttpTiming? timing = null) =>
        Open(tenant, EndpointRole.GraphWrites, innerHandler, timing);

    private static EntraEndpoints Open(EntraTenant tenant, EndpointRole graph, HttpMessageHandler? innerHandler, HttpTiming? timing) => new(
        HttpEndpoint.Open(EndpointRole.SignIn, tenant.AuthorityHost, innerHandler, timing),
        HttpEndpoint.Open(graph, tenant.GraphEndpoint, innerHandler, timing));
}
