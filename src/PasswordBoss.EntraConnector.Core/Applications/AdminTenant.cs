using System;
using System.Threading;
using System.Threading.Tasks;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Messages;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Ports;

namespace PasswordBoss.EntraConnector.Applications;

/// <summary>Determines the admin's tenant before anything is written: a token is valid only for the tenant that issued it, regardless of <c>-TenantId</c>.</summary>
internal sealed class AdminTenant
{
    private readonly IApplicationDirectory directory;
    private readonly ApplicationRequest request;
    private readonly DateTimeOffset now;

    public AdminTenant(IApplicationDirectory directory, ApplicationRequest request, DateTimeOffset now)
    {
        this.directory = directory;
        this.request = request;
        this.now = now;
    }

    /// <summary>Signs in, refuses an unsuitable token, and returns the id of the tenant.</summary>
    /// <exception cref="ConnectorException">
    /// <see cref="ErrorId.AdminTokenUnusable"/>, <see cref="ErrorId.AdminOfOtherTenant"/>, <see cref="ErrorId.TenantUnknown"/>, and every error of a sign-in.
    /// </exception>
    public async Task<string> SignInAsync(CancellationToken cancellationToken)
    {
        var facts = await directory.SignInAsync(cancellationToken).ConfigureAwait(false);
        if (request.SignIn.AccessToken is not null)
            Check(facts);
        if (request.TenantId is not { } named)
            return facts.TenantId ?? throw new ConnectorException(Problems.TenantUnknown("?", Texts.ObstacleTokenWithoutTenant));

        var isId = Guid.TryParse(named, out var id);
        var wanted = isId ? id.ToString("D") : await directory.ResolveTenantAsync(named, cancellationToken).ConfigureAwait(false);
        // A token without a readable tenant was issued for the requested tenant.
        if (facts.TenantId is null || EntraId.Same(facts.TenantId, wanted))
            return wanted;
        throw new ConnectorException(Problems.AdminOfOtherTenant(facts.TenantId, isId ? named : named + " (" + wanted + ")").About(named));
    }

    // Graph would refuse the first two cases too, but with a less specific error code.
    private void Check(SignInFacts facts)
    {
        if (facts.TenantId is null)
            throw new ConnectorException(Unusable(Texts.TokenNotOfEntra));
        if (facts.ExpiresOn <= now)
            throw new ConnectorException(Unusable(Texts.TokenExpired(MessageValue.Local(facts.ExpiresOn))));
        var resource = CloudEndpoints.Of(request.SignIn.Environment).GraphEndpoint.GetLeftPart(UriPartial.Authority);
        if (facts.Audience is { } audience && !IsGraph(audience, resource))
            throw new ConnectorException(Unusable(Texts.TokenOtherAudience(audience, resource)));
    }

    // The audience is an address or the id of Graph's application (https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference).
    private bool IsGraph(string audience, string resource)
    {
        return Is(ApplicationRegistration.GraphClientId) || Is(resource)
            || (request.SignIn.GraphEndpoint is { } endpoint && Is(endpoint.GetLeftPart(UriPartial.Authority)));

        bool Is(string other) => string.Equals(audience.TrimEnd('/'), other, StringComparison.OrdinalIgnoreCase);
    }

    private static Problem Unusable(Message reason) => Problems.AdminTokenUnusable(reason);
}
