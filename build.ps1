<#
.SYNOPSIS
    Builds, tests, packages or cleans. Each task calls dotnet and MSBuild targets, so everything works without this script too.
.PARAMETER Task
    Build stages the module, Test runs all tests, Package makes artifacts/PasswordBoss.EntraConnector, Clean removes what was made.
#>
param(
    [ValidateSet('Build', 'Test', 'Package', 'Clean')]
    [string[]] $Task = 'Build',
    [ValidateSet('Debug', 'Release')]
    [string] $Configuration = 'Release'
)

$ErrorActionPreference = 'Stop'
$solution = "$PSScriptRoot/PasswordBoss.EntraConnector.sln"

function Invoke-DotNet {
    & dotnet @args
    if ($LASTEXITCODE -ne 0) { throw "dotnet $args ended with exit code $LASTEXITCODE." }
}

foreach ($step in $Task) {
    switch ($step) {
        'Build' { Invoke-DotNet build $solution -c $Configuration }
        'Test' { Invoke-DotNet test $solution -c $Configuration }
        'Package' { Invoke-DotNet build "$PSScriptRoot/tools/Staging" -c $Configuration '-t:Package' }
        'Clean' { Invoke-DotNet clean $solution -c $Configuration }
    }
}
